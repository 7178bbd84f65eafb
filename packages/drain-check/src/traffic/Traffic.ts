import { sendAlone } from "../client/Client.ts"
import { Exchange } from "../client/Exchange.ts"
import type { Abandon } from "../client/Http1.ts"
import { open, Session } from "../client/Session.ts"
import type { Target } from "../client/Target.ts"

const everyMs = 4
/** Below the usual limit of 1,024 open files. */
const openMax = 800

/** What is sent, and who hears of it. */
export interface Sending {
  readonly target: Target
  readonly expected: string | null
  /** Hears of each request. */
  readonly onSend: () => void
}

/** Requests on their way to one server: those that are open, and all there were. */
export abstract class Traffic {
  readonly calls: Array<Exchange> = []
  readonly open = new Set<Exchange>()
  /** Hears of each connection that was not to be had. */
  onRefused: (() => void) | null = null
  protected readonly sending: Sending
  private readonly abandons = new Map<Exchange, Abandon>()
  private whenNoneOpen: (() => void) | null = null

  constructor(sending: Sending) {
    this.sending = sending
  }

  /** Sends that many at once, beside what is sent anyway. */
  abstract burst(size: number): void

  /** Sends no more; what is open goes on. */
  abstract stop(): void

  /** Waits until every request is over, and after `withinMs` gives up on those that are not. */
  async finish(withinMs: number): Promise<void> {
    this.stop()
    if (this.open.size > 0 && withinMs > 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, withinMs)
        this.whenNoneOpen = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
    const left = [...this.abandons.values()]
    for (const abandon of left) abandon()
  }

  protected get hasRoom(): boolean {
    // A server that takes everything and answers nothing must not use up the descriptors of this process.
    return this.open.size < openMax
  }

  protected begin<E extends Exchange>(exchange: E, send: (exchange: E) => Abandon): void {
    this.calls.push(exchange)
    this.open.add(exchange)
    this.sending.onSend()
    const abandon = send(exchange)
    if (exchange.outcome === null) this.abandons.set(exchange, abandon)
  }

  protected over(exchange: Exchange): void {
    this.open.delete(exchange)
    this.abandons.delete(exchange)
    if (exchange.outcome?.is === "refused" && !exchange.isTaken) this.onRefused?.()
    if (this.open.size === 0) this.whenNoneOpen?.()
  }
}

/** So many more are open than the quickest answer explains: the server, or the machine, does not keep up. */
const behindTimes = 3
const behindMin = 100

/** Requests at a steady rate, each on time, and each with a connection of its own; fewer, if the server does not keep up. */
export class SteadyTraffic extends Traffic {
  private readonly perMs: number
  private readonly startMs = performance.now()
  private timer: ReturnType<typeof setInterval> | null
  private due = 0
  private quickestMs = Infinity

  /** Starts at once. */
  constructor(sending: Sending, perSecond: number) {
    super(sending)
    this.perMs = perSecond / 1000
    this.timer = setInterval(() => this.sendDue(), everyMs)
    this.sendDue()
  }

  override burst(size: number): void {
    for (let sent = 0; sent < size && this.hasRoom; sent++) this.send()
  }

  override stop(): void {
    if (this.timer !== null) clearInterval(this.timer)
    this.timer = null
  }

  private sendDue(): void {
    const dueNow = 1 + Math.floor((performance.now() - this.startMs) * this.perMs)
    for (; this.due < dueNow; this.due++) if (this.hasRoom && !this.isBehind) this.send()
  }

  /** A long line of requests would only show how long it takes to get to its end. */
  private get isBehind(): boolean {
    if (this.quickestMs === Infinity) return false
    return this.open.size > Math.max(behindMin, behindTimes * this.perMs * this.quickestMs)
  }

  protected override over(exchange: Exchange): void {
    const { createdAtMs, endedAtMs, outcome } = exchange
    if (outcome?.is === "answered" && endedAtMs !== null) {
      this.quickestMs = Math.min(this.quickestMs, endedAtMs - createdAtMs)
    }
    super.over(exchange)
  }

  private send(): void {
    const { expected, target } = this.sending
    this.begin(new Exchange(expected, (ended) => this.over(ended)), (exchange) => sendAlone(target, exchange))
  }
}

const sessionsCount = 10
const reopenAfterMs = 100
const staggerMs = 200

/** Sessions of a WebSocket: one that ends is followed by another for as long as there is traffic. */
export class SessionTraffic extends Traffic {
  private isStopped = false

  /** Starts at once. */
  constructor(sending: Sending) {
    super(sending)
    this.burst(1)
    // Callers do not keep step with one another.
    for (let opened = 1; opened < sessionsCount; opened++) setTimeout(() => this.send(), Math.random() * staggerMs)
  }

  /** Whether each session that is open has had a reply, and has gone on. */
  get areAnswered(): boolean {
    const hasGoneOn = (session: Exchange): boolean =>
      session instanceof Session && session.replies > 0 && session.messages > 1
    return this.open.size > 0 && [...this.open].every(hasGoneOn)
  }

  override burst(size: number): void {
    for (let opened = 0; opened < size && this.hasRoom; opened++) this.send()
  }

  override stop(): void {
    this.isStopped = true
  }

  private send(): void {
    if (this.isStopped) return
    const { expected, target } = this.sending
    const session = new Session(expected, (ended) => {
      this.over(ended)
      setTimeout(() => this.send(), reopenAfterMs)
    })
    this.begin(session, (exchange) => open(target, exchange))
  }
}

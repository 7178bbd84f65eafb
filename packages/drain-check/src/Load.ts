import { Call, type Target } from "./Call.ts"

const everyMs = 4
/** Below the usual limit of 1,024 open files. */
const openMax = 800

/** Sends requests at a steady rate, each on time whatever became of those before it. */
export class Load {
  readonly calls: Array<Call> = []
  readonly open = new Set<Call>()
  private readonly target: Target
  private readonly perMs: number
  private readonly onSend: () => void
  private readonly startMs = performance.now()
  private timer: ReturnType<typeof setInterval> | null
  private due = 0
  private whenNoneOpen: (() => void) | null = null

  /** Starts at once; `onSend` hears of each request. */
  constructor(target: Target, perSecond: number, onSend: () => void) {
    this.onSend = onSend
    this.target = target
    this.perMs = perSecond / 1000
    this.timer = setInterval(() => this.sendDue(), everyMs)
    this.sendDue()
  }

  /** Sends that many at once, beside the steady ones. */
  burst(size: number): void {
    for (let sent = 0; sent < size && this.open.size < openMax; sent++) this.send()
  }

  /** Sends no more; what is open goes on. */
  stop(): void {
    if (this.timer !== null) clearInterval(this.timer)
    this.timer = null
  }

  /** Waits until every request is over, and after `withinMs` gives up on those that are not. */
  async finish(withinMs: number): Promise<void> {
    this.stop()
    if (this.open.size > 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, withinMs)
        this.whenNoneOpen = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
    for (const call of this.open) call.abandon()
  }

  private sendDue(): void {
    const dueNow = 1 + Math.floor((performance.now() - this.startMs) * this.perMs)
    // A server that takes everything and answers nothing must not use up the descriptors of this process.
    for (; this.due < dueNow; this.due++) if (this.open.size < openMax) this.send()
  }

  private send(): void {
    const call = new Call(this.target, (ended) => {
      this.open.delete(ended)
      if (this.open.size === 0) this.whenNoneOpen?.()
    })
    this.calls.push(call)
    this.onSend()
    this.open.add(call)
  }
}

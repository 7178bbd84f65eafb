import type { RawData, WebSocket } from "ws"
import { limits } from "../../edge/Limits.ts"
import * as WebSockets from "../../edge/WebSockets.ts"
import type { SessionWith, Upgrade } from "./Session.ts"

/** How the runner takes its time with messages. Times are Fleet milliseconds. */
export interface Service {
  readonly serviceMs: (message: number) => number
  /** Until then it says nothing; Infinity on one that hangs for good. */
  readonly heldUntilMs: () => number
  readonly nowMs: () => number
  readonly at: (atMs: number, run: () => void) => void
}

interface Message {
  readonly data: RawData
  readonly isBinary: boolean
}

const bytesOf = ({ data }: Message): number =>
  Array.isArray(data) ? data.reduce((sum, { length }) => sum + length, 0) : data.byteLength

const policyViolation = 1008

/** A session on a simulated runner: each message comes back as it is, one after the other. */
export class SimulatedSession implements SessionWith {
  private readonly tell: Upgrade["tell"]
  private readonly service: Service
  /** At most so many messages wait; beyond them the oldest is dropped. */
  private readonly waitingMax: number
  private waiting: Array<Message> = []
  private waitingBytes = 0
  /** The one that is worked on; timers outlive a session and must not hold what it was sent. */
  private current: Message | null = null
  private messages = 0
  private isOver = false
  private socket: WebSocket | null = null

  constructor(upgrade: Upgrade, service: Service, waitingMax: number) {
    this.tell = upgrade.tell
    this.service = service
    this.waitingMax = waitingMax
    WebSockets.open(upgrade, (opened) => this.opened(opened))
  }

  private opened(socket: WebSocket): void {
    this.socket = socket
    socket.on("message", (data, isBinary) => this.receive({ data, isBinary }))
    socket.on("close", () => {
      if (this.over()) this.tell("closed")
    })
  }

  /** Whether it was not over before. */
  private over(): boolean {
    if (this.isOver) return false
    this.isOver = true
    this.current = null
    this.waiting = []
    return true
  }

  private receive(message: Message): void {
    if (this.isOver) return
    this.waiting.push(message)
    this.waitingBytes += bytesOf(message)
    // In the account of what is under way a new message takes the place of one that is dropped for it.
    if (this.current !== null && this.waiting.length > this.waitingMax) this.drop()
    else this.tell("message_began")
    if (this.current === null) this.next()
    if (this.waitingBytes > limits.sessionWaitingBytes) this.breakOff()
  }

  private drop(): Message | undefined {
    const message = this.waiting.shift()
    if (message !== undefined) this.waitingBytes -= bytesOf(message)
    return message
  }

  /** Its caller sends faster than it is served, or does not read: what waits must not grow without end. */
  private breakOff(): void {
    if (!this.over()) return
    this.socket?.close(policyViolation, "Too much waits for this session")
    this.tell("closed")
  }

  private next(): void {
    const message = this.drop()
    if (message === undefined) return
    this.current = message
    this.service.at(this.service.nowMs() + this.service.serviceMs(++this.messages), () => this.due())
  }

  private due(): void {
    const { current } = this
    if (current === null) return
    const heldUntilMs = this.service.heldUntilMs()
    if (heldUntilMs === Infinity) return
    if (heldUntilMs > this.service.nowMs()) return this.service.at(heldUntilMs, () => this.due())
    this.socket?.send(current.data, { binary: current.isBinary })
    this.current = null
    this.tell("message_ended")
    if ((this.socket?.bufferedAmount ?? 0) > limits.sessionWaitingBytes) this.breakOff()
    if (!this.isOver) this.next()
  }

  close(code: number): void {
    if (this.over()) this.socket?.close(code)
  }

  end(): void {
    if (this.over()) this.socket?.terminate()
  }
}

import type { RawData, WebSocket } from "ws"
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

/** A session on a simulated runner: each message comes back as it is, one after the other. */
export class SimulatedSession implements SessionWith {
  private readonly tell: Upgrade["tell"]
  private readonly service: Service
  /** At most so many messages wait; beyond them the oldest is dropped. */
  private readonly waitingMax: number
  private readonly waiting: Array<Message> = []
  private messages = 0
  private isWorking = false
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
    socket.on("message", (data, isBinary) => this.take({ data, isBinary }))
    socket.on("close", () => {
      if (this.isOver) return
      this.isOver = true
      this.tell("closed")
    })
  }

  private take(message: Message): void {
    if (this.isOver) return
    this.waiting.push(message)
    if (!this.isWorking) this.next()
    else if (this.waiting.length > this.waitingMax) this.waiting.shift()
  }

  private next(): void {
    const message = this.waiting.shift()
    if (message === undefined) return
    this.isWorking = true
    this.tell("message_began")
    this.service.at(this.service.nowMs() + this.service.serviceMs(++this.messages), () => this.due(message))
  }

  private due(message: Message): void {
    if (this.isOver) return
    const heldUntilMs = this.service.heldUntilMs()
    if (heldUntilMs === Infinity) return
    if (heldUntilMs > this.service.nowMs()) return this.service.at(heldUntilMs, () => this.due(message))
    this.socket?.send(message.data, { binary: message.isBinary })
    this.isWorking = false
    this.tell("message_ended")
    if (!this.isOver) this.next()
  }

  close(code: number): void {
    if (this.isOver) return
    this.isOver = true
    this.socket?.close(code)
  }

  end(): void {
    if (this.isOver) return
    this.isOver = true
    this.socket?.terminate()
  }
}

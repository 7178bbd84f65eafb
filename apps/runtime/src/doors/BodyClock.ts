import type { IncomingMessage, ServerResponse } from "node:http"

interface Waiting {
  readonly incoming: IncomingMessage
  readonly outgoing: ServerResponse
  readonly sinceMs: number
}

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers["transfer-encoding"] !== undefined || (headers["content-length"] ?? "0") !== "0"

const tooSlow =
  "HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: 49\r\n\r\n" +
  '{"detail":"The body of the request did not come"}'

/** Ends requests whose body does not come in time. It looks now and then: a timer for each request would be felt. */
export class BodyClock {
  private readonly waitMs: number
  /** In the order in which they began. */
  private readonly waiting = new Set<Waiting>()
  private timer: ReturnType<typeof setTimeout> | null = null

  constructor(waitMs: number) {
    this.waitMs = waitMs
  }

  watch(incoming: IncomingMessage, outgoing: ServerResponse): void {
    if (!hasBody(incoming)) return
    const one = { incoming, outgoing, sinceMs: performance.now() }
    this.waiting.add(one)
    outgoing.once("close", () => this.waiting.delete(one))
    this.timer ??= setTimeout(() => this.look(), this.waitMs)
  }

  private look(): void {
    this.timer = null
    const dueMs = performance.now() - this.waitMs
    for (const one of this.waiting) {
      if (one.sinceMs > dueMs) {
        this.timer = setTimeout(() => this.look(), one.sinceMs - dueMs)
        return
      }
      this.waiting.delete(one)
      if (!one.incoming.complete) end(one)
    }
  }
}

const end = ({ incoming: { socket }, outgoing }: Waiting): void => {
  if (outgoing.headersSent) socket.destroy()
  else socket.end(tooSlow, () => socket.destroy())
}

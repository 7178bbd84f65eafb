import type { RawData, WebSocket } from "ws"
import { limits } from "../../edge/Limits.ts"
import * as WebSockets from "../../edge/WebSockets.ts"

/** Makes one direct request of a message and answers as over HTTP. */
export type Call = (body: Uint8Array, signal: AbortSignal) => Response | Promise<Response>

const policyViolation = 1008
const internalError = 1011

const isJson = (type: string | null): boolean => /^application\/(?:[\w.-]+\+)?json\b/i.test(type ?? "")

const bytesOf = (data: RawData): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(Array.isArray(data) ? Buffer.concat(data) : data instanceof ArrayBuffer ? Buffer.from(data) : data)

/**
 * HTTP over a WebSocket, as the platform's host `ws.fal.run` has it: each message is the body of a request to the app, one
 * after the other. It is answered with `start` (status and headers), the body, and `end`, all of them with the request's id.
 */
export class FramedCalls {
  private readonly call: Call
  private readonly socket: WebSocket
  private readonly gone = new AbortController()
  private readonly waiting: Array<Uint8Array> = []
  private waitingBytes = 0
  private isBusy = false

  private constructor(socket: WebSocket, call: Call) {
    this.call = call
    this.socket = socket
    socket.on("message", (data) => this.receive(bytesOf(data)))
    socket.on("close", () => this.gone.abort())
  }

  static open(wish: WebSockets.Wish, call: Call): void {
    WebSockets.open(wish, (socket) => void new FramedCalls(socket, call))
  }

  private receive(body: Uint8Array): void {
    this.waiting.push(body)
    this.waitingBytes += body.length
    if (this.waitingBytes > limits.sessionWaitingBytes) {
      this.waiting.length = 0
      return this.socket.close(policyViolation, "Too much waits for this session")
    }
    // What fails here is the app's answer breaking off: its caller sees the connection break.
    if (!this.isBusy) void this.work().catch(() => this.socket.close(internalError))
  }

  private async work(): Promise<void> {
    this.isBusy = true
    for (let body = this.waiting.shift(); body !== undefined; body = this.waiting.shift()) {
      this.waitingBytes -= body.length
      await this.exchange(body)
    }
    this.isBusy = false
  }

  private async exchange(body: Uint8Array): Promise<void> {
    const beganAtMs = performance.now()
    const response = await this.call(body, this.gone.signal)
    const { headers, status } = response
    const requestId = headers.get("x-fal-request-id") ?? crypto.randomUUID()
    const firstByteSeconds = (performance.now() - beganAtMs) / 1000
    this.say({ type: "start", request_id: requestId, status, headers: Object.fromEntries(headers) })
    // A text holds no compressed bytes.
    const isText = isJson(headers.get("content-type")) && !headers.has("content-encoding")
    if (isText) this.socket.send(await response.text(), { binary: false })
    else for await (const chunk of response.body ?? []) await this.send(chunk)
    this.say({ type: "end", request_id: requestId, status, time_to_first_byte_seconds: firstByteSeconds })
  }

  private say(value: object): void {
    this.socket.send(JSON.stringify(value))
  }

  /** Resolves when it has gone out: a slow caller slows its runner, not the sandbox. */
  private send(chunk: Uint8Array): Promise<void> {
    return new Promise((resolve) => this.socket.send(chunk, { binary: true }, () => resolve()))
  }
}

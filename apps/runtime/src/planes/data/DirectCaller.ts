import type { Fields } from "../../kernel/Call.ts"
import type { BodySink, Caller, Settled } from "../../kernel/LiveRequest.ts"
import type { LiveRunner } from "../../kernel/LiveRunner.ts"
import * as Answers from "./Answers.ts"

const encoder = new TextEncoder()
const event = (value: unknown): Uint8Array => encoder.encode(`data: ${JSON.stringify(value)}\n\n`)

/** Who holds the connection of a direct request open: it gets one response, or a stream that may be cut. */
export class DirectCaller implements Caller {
  /** Null until the head of the answer is there. */
  answer: Response | null = null
  private readonly id: string
  /** Whether a simulated runner answers with events: two of them, when it begins and when it is done. */
  private readonly isStream: boolean
  private answered: ((response: Response) => void) | null = null
  private controller: ReadableStreamDefaultController<Uint8Array> | null = null
  private wanted: (() => void) | null = null
  private isGone = false

  constructor(id: string, isStream: boolean) {
    this.id = id
    this.isStream = isStream
  }

  /** Resolves with the answer, which is not there yet. */
  whenAnswered(): Promise<Response> {
    return new Promise((resolve) => {
      this.answered = resolve
    })
  }

  private respond(response: Response): void {
    this.answer = response
    this.answered?.(response)
  }

  sent(runner: LiveRunner): void {
    if (!this.isStream || runner.revision.processes !== null) return
    this.begin(200, [["content-type", "text/event-stream"]], runner)
    this.controller?.enqueue(event({ status: "started", request_id: this.id }))
  }

  begin(status: number, own: Fields, runner: LiveRunner): BodySink | null {
    const body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.controller = controller
        },
        pull: () => this.wanted?.(),
        cancel: () => {
          this.isGone = true
          this.wanted?.()
        }
      },
      { highWaterMark: 65_536, size: (chunk) => chunk?.byteLength ?? 0 }
    )
    const headers = Answers.headersOf(own, this.id, runner)
    const hasBody = status !== 204 && status !== 304
    // By this the door knows that the body is to be passed on while it comes.
    if (hasBody) headers.set("transfer-encoding", "chunked")
    this.respond(new Response(hasBody ? body : null, { status, headers }))
    return { write: (chunk) => this.write(chunk), end: () => {} }
  }

  /** Waits while the caller does not read: a slow caller slows its runner, not the sandbox. */
  private write(chunk: Uint8Array): boolean | Promise<boolean> {
    if (this.isGone || this.controller === null) return false
    this.controller.enqueue(chunk)
    if ((this.controller.desiredSize ?? 1) > 0) return true
    return new Promise((resolve) => {
      this.wanted = () => {
        this.wanted = null
        resolve(!this.isGone)
      }
    })
  }

  settled(settled: Settled, runner: LiveRunner | null): void {
    if (this.controller === null) return this.respond(Answers.response(settled, this.id, runner))
    if (this.isGone) return
    if (settled.answer === null) return this.controller.error(new Error(settled.errorType ?? "cut"))
    if (this.isStream && settled.answer.body.length > 0) this.controller.enqueue(event(echoOf(settled)))
    this.controller.close()
  }
}

const echoOf = ({ answer }: Settled): unknown => {
  const text = new TextDecoder().decode(answer?.body)
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

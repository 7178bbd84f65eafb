import type { RequestKind } from "@ebb/core/tables/RequestState"
import type { Attempt } from "./Attempt.ts"
import type { Answer, Call, Fields } from "./Call.ts"
import type { LiveApp } from "./LiveApp.ts"
import type { LiveRunner } from "./LiveRunner.ts"

/** How a request ended. `answer` is what its runner said last, null when no runner answered. */
export interface Settled {
  readonly outcome: "completed" | "errored" | "cancelled"
  readonly status: number
  readonly errorType: string | null
  readonly attempts: number
  readonly answer: Answer | null
}

/** Who waits for the outcome of a request. */
export interface Caller {
  /** An attempt begins on that runner. */
  readonly sent: (runner: LiveRunner, attempt: number) => void
  /**
   * The head of an answer whose body will follow chunk by chunk; null when the caller wants it whole, at the end.
   * Whatever is written to the sink has left the sandbox.
   */
  readonly begin: (status: number, headers: Fields, runner: LiveRunner) => BodySink | null
  /** An attempt failed; another follows after a while. */
  readonly retried?: () => void
  readonly settled: (settled: Settled, runner: LiveRunner | null) => void
  /** The outcome of a queued request can be read from now on. */
  readonly kept?: () => void
}

/** Takes the chunks of a body; `write` answers false when the caller is gone. */
export interface BodySink {
  readonly write: (chunk: Uint8Array) => boolean | Promise<boolean>
  readonly end: () => void
}

/** A realtime session, as the world drives it. */
export interface Session {
  /** A runner that is a process has it, until the promise resolves. */
  readonly connect: (address: { readonly host: string; readonly port: number }, attempt: Attempt) => Promise<void>
  /** A simulated runner has it, which says nothing before `heldUntilMs`, Fleet milliseconds; Infinity: for good. */
  readonly simulate: (runner: LiveRunner, attempt: Attempt, heldUntilMs: () => number) => void
  /** The platform closes it, with a WebSocket close code. */
  readonly close: (code: number) => void
}

/** A request between its acceptance and its outcome, as the live world knows it. */
export class LiveRequest {
  /** Its number in the Fleet, 0 before it was accepted. */
  number = 0
  slot = 0
  readonly id: string
  readonly app: LiveApp
  readonly kind: RequestKind
  call: Call
  readonly caller: Caller
  /** How long it takes on a simulated runner, in Fleet milliseconds. */
  readonly serviceMs: number
  /** Whose key it came with; null for a public app's anonymous caller. */
  readonly callerId: string | null
  /** Wall milliseconds since the epoch. */
  readonly submittedAtMs: number
  startedAtMs: number | null = null
  /** How long the longest of its failed attempts lasted, in Fleet milliseconds: it takes no less. */
  longestFailedMs = 0
  /** When it had its outcome. */
  settledAtMs: number | null = null
  runner: LiveRunner | null = null
  answer: Answer | null = null
  /** A realtime session, in place of an exchange of request and answer. */
  session: Session | null = null
  /** Somebody is to be told of its outcome. */
  hasWebhook = false
  /** Ends the attempt in flight in a world of processes. */
  abort: (() => void) | null = null

  constructor(
    fields: Pick<LiveRequest, "id" | "app" | "kind" | "call" | "caller" | "callerId" | "serviceMs"> & {
      readonly submittedAtMs?: number
    }
  ) {
    this.id = fields.id
    this.app = fields.app
    this.kind = fields.kind
    this.call = fields.call
    this.caller = fields.caller
    this.callerId = fields.callerId
    this.serviceMs = fields.serviceMs
    this.submittedAtMs = fields.submittedAtMs ?? Date.now()
  }

  /** Nobody will get its answer, so what a simulated runner would send back is not kept. */
  forgetBody(): void {
    if (this.call.body instanceof Uint8Array) this.call = { ...this.call, body: null }
  }
}

import {
  create,
  type DescMessage,
  type DescMethodServerStreaming,
  type DescMethodUnary,
  type MessageInitShape,
  type MessageShape
} from "@bufbuild/protobuf"
import {
  type handleServerStreamingCall,
  type handleUnaryCall,
  type Metadata,
  type ServerErrorResponse,
  status
} from "@grpc/grpc-js"
import { Cause, Effect, References } from "effect"
import { type Credentials, fromAuthorization, type Principal } from "../../control/Principal.ts"
import { Refused, refusals, refuse } from "../../control/Refused.ts"
import type { GrpcControl } from "./GrpcControl.ts"
import * as Strangers from "../../doors/Strangers.ts"

const text = (metadata: Metadata, key: string): string | null => metadata.get(key)[0]?.toString() ?? null

/** What a client shows: a key, or a login token and with it perhaps a team. */
export const credentialsOf = (metadata: Metadata): Credentials => {
  const id = text(metadata, "auth-key-id")
  const secret = text(metadata, "auth-key")
  if (id !== null && secret !== null) return { kind: "key", id, secret }
  return fromAuthorization(text(metadata, "authorization"), text(metadata, "fal-user-id"))
}

const failure = (code: status, details: string): ServerErrorResponse =>
  Object.assign(new Error(details), { code, details })

/** How an error is told to the client; with no message sent before it, the client's retry policy may act on it. */
export const statusOf = (error: unknown): ServerErrorResponse => {
  if (error instanceof Refused) return failure(refusals[error.code].grpc, error.detail)
  return failure(status.INTERNAL, `The sandbox failed: ${error instanceof Error ? error.message : String(error)}`)
}

const logDefect = (cause: Cause.Cause<Refused>): Effect.Effect<void> =>
  Cause.hasDies(cause) ? Effect.logError("a gRPC call failed", cause) : Effect.void

/** Runs what a call asks for; rejects with the refusal. A defect is logged. */
export const run = <A>(effect: Effect.Effect<A, Refused>): Promise<A> =>
  effect.pipe(Effect.tapCause(logDefect), Effect.provideService(References.LogToStderr, true), Effect.runPromise)

type Handle<In extends DescMessage, Answer, Context> = (
  principal: Principal,
  request: MessageShape<In>,
  context: Context
) => Effect.Effect<Answer, Refused>

/** A call, of any kind. */
interface Asking {
  readonly metadata: Metadata
  readonly getHost: () => string
}

/** Makes handlers that authorize the caller first; `what` names the method in a refusal. */
export class Handlers {
  private readonly control: GrpcControl
  private readonly scheme: "http" | "https"
  private readonly allowed: Strangers.Allowed

  constructor(control: GrpcControl, scheme: "http" | "https", allowed: Strangers.Allowed) {
    this.control = control
    this.scheme = scheme
    this.allowed = allowed
  }

  /** The sandbox's address as the client wrote it. */
  addressOf(host: string): string {
    return `${this.scheme}://${host}`
  }

  authorized<A>(call: Asking, what: string, then: (principal: Principal) => Effect.Effect<A, Refused>) {
    const stranger = Strangers.refusalOf(call.getHost(), text(call.metadata, "origin"), this.allowed)
    if (stranger !== null) return run(Effect.fail(refuse("PERMISSION_DENIED", stranger)))
    return run(Effect.flatMap(this.control.authorize(credentialsOf(call.metadata), what), then))
  }

  unary<In extends DescMessage, Out extends DescMessage>(
    method: DescMethodUnary<In, Out>,
    what: string,
    handle: Handle<In, MessageInitShape<Out>, void>
  ): handleUnaryCall<MessageShape<In>, MessageShape<Out>> {
    return (call, answer) => {
      this.authorized(call, what, (principal) => handle(principal, call.request)).then(
        (init) => answer(null, create(method.output, init)),
        (error) => answer(statusOf(error))
      )
    }
  }

  /** A stream of one message, or of none and an error. `host`: by which the client reached the sandbox. */
  stream<In extends DescMessage, Out extends DescMessage>(
    method: DescMethodServerStreaming<In, Out>,
    what: string,
    handle: Handle<In, MessageInitShape<Out>, string>
  ): handleServerStreamingCall<MessageShape<In>, MessageShape<Out>> {
    return (call) => {
      this.authorized(call, what, (principal) => handle(principal, call.request, call.getHost())).then(
        (init) => {
          call.write(create(method.output, init))
          call.end()
        },
        (error) => call.emit("error", statusOf(error))
      )
    }
  }
}

interface Failing {
  emit(event: "error", error: Error): boolean
}

/** Refuses every call of a method that a local sandbox does not offer. */
export const notOffered =
  (name: string) =>
  (call: Failing): void => {
    call.emit("error", failure(status.UNIMPLEMENTED, `${name} is not part of a local sandbox`))
  }

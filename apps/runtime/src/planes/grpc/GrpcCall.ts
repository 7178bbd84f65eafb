import {
  create,
  type DescMessage,
  type DescMethod,
  type DescMethodServerStreaming,
  type DescMethodUnary,
  type MessageInitShape,
  type MessageShape,
  toBinary
} from "@bufbuild/protobuf"
import { Written } from "@ebb/protocol/Grpc"
import {
  type handleServerStreamingCall,
  type handleUnaryCall,
  type Metadata,
  type ServerErrorResponse,
  ServerInterceptingCall,
  type ServerUnaryCall,
  type ServerInterceptor,
  status
} from "@grpc/grpc-js"
import { Effect } from "effect"
import { type Credentials, fromAuthorization, type Principal } from "../../control/Principal.ts"
import { Refused, refusals, refuse } from "../../control/Refused.ts"
import * as Defects from "../../edge/Defects.ts"
import * as Disk from "../../edge/Disk.ts"
import type { ControlCalls } from "./GrpcControl.ts"
import * as Strangers from "../../edge/Strangers.ts"
import * as Turns from "../../kernel/Turns.ts"

const text = (metadata: Metadata, key: string): string | null => metadata.get(key)[0]?.toString() ?? null

/** What a client shows: a key, or a login token and with it perhaps a team. */
export const credentialsOf = (metadata: Metadata): Credentials => {
  const id = text(metadata, "auth-key-id")
  const secret = text(metadata, "auth-key")
  if (id !== null && secret !== null) return { kind: "key", id, secret }
  return fromAuthorization(text(metadata, "authorization"), text(metadata, "fal-user-id"))
}

type Failure = ServerErrorResponse & { readonly code: status; readonly details: string }

const failure = (code: status, text: string): Failure => {
  // A status travels percent-encoded, which half a surrogate pair is not for.
  const details = text.toWellFormed()
  return Object.assign(new Error(details), { code, details })
}

/**
 * How an error is told to the client; with no message sent before it, the client's retry policy may act on it. A fault
 * of our own is logged with the `call` that met it.
 */
export const statusOf = (call: string, error: unknown): Failure => {
  if (error instanceof Refused) return failure(refusals[error.code].grpc, error.detail)
  const problem = Disk.problemOf(error)
  if (problem !== null) return failure(status.RESOURCE_EXHAUSTED, Disk.sentence(problem))
  Defects.log(call, error)
  return failure(status.INTERNAL, "The sandbox failed; see its log")
}

type Handle<In extends DescMessage, Answer, Context> = (
  principal: Principal,
  request: MessageShape<In>,
  context: Context
) => Effect.Effect<Answer, Refused>

/** The bytes of a message whose one field is a list: of its parts, as a list goes on wherever its field stands again. */
export function* written<Out extends DescMessage, Entry>(
  output: Out,
  entries: ReadonlyArray<Entry>,
  listOf: (entries: ReadonlyArray<Entry>) => MessageInitShape<Out>
): Generator<undefined, Written> {
  const parts: Array<Uint8Array> = []
  for (let at = 0; at < entries.length; at += Turns.portion) {
    parts.push(toBinary(output, create(output, listOf(entries.slice(at, at + Turns.portion)))))
    yield
  }
  return new Written(parts)
}

const pathOf = ({ name, parent }: DescMethod): string => `/${parent.typeName}/${name}`

/** Makes handlers, and the interceptor that lets callers reach them; `what` names the method in a refusal. */
export class Handlers {
  private readonly whats = new Map<string, string>()
  private readonly principals = new WeakMap<Metadata, Principal>()
  private readonly control: ControlCalls
  private readonly scheme: "http" | "https"
  private readonly allowed: Strangers.Allowed

  constructor(control: ControlCalls, scheme: "http" | "https", allowed: Strangers.Allowed) {
    this.control = control
    this.scheme = scheme
    this.allowed = allowed
  }

  /** The sandbox's address as the client wrote it. */
  addressOf(host: string): string {
    return `${this.scheme}://${host}`
  }

  /** Who asks is settled before a byte of what is asked is read, let alone inflated. */
  readonly interceptor: ServerInterceptor = ({ path }, call) => {
    const onReceiveMetadata = (metadata: Metadata, go: (metadata: Metadata) => void): void => {
      Effect.runPromise(this.admit(path, call.getHost(), metadata)).then(
        (principal) => {
          this.principals.set(metadata, principal)
          go(metadata)
        },
        (error) => call.sendStatus(statusOf(path, error))
      )
    }
    return new ServerInterceptingCall(call, { start: (next) => next({ onReceiveMetadata }) })
  }

  private admit(path: string, host: string, metadata: Metadata): Effect.Effect<Principal, Refused> {
    const stranger = Strangers.refusalOf(host, text(metadata, "origin"), this.allowed)
    if (stranger !== null) return Effect.fail(refuse("PERMISSION_DENIED", stranger))
    return this.control.authorize(credentialsOf(metadata), this.whats.get(path) ?? "this")
  }

  /** Runs what a call asks for, for the caller that was let in with it. */
  asked<A>(
    { metadata }: { readonly metadata: Metadata },
    then: (principal: Principal) => Effect.Effect<A, Refused>
  ): Promise<A> {
    const principal = this.principals.get(metadata)
    const known = principal === undefined ? Effect.die("a call passed by the interceptor") : Effect.succeed(principal)
    return Effect.runPromise(Effect.flatMap(known, then))
  }

  /** Says what a method is called in a refusal. */
  named<Handler>(method: DescMethod, what: string, handler: Handler): Handler {
    this.whats.set(pathOf(method), what)
    return handler
  }

  unary<In extends DescMessage, Out extends DescMessage>(
    method: DescMethodUnary<In, Out>,
    what: string,
    handle: Handle<In, MessageInitShape<Out>, void>
  ): handleUnaryCall<MessageShape<In>, MessageShape<Out>> {
    return this.answered(method, what, async (call) =>
      create(method.output, await this.asked(call, (principal) => handle(principal, call.request)))
    )
  }

  /** Answers with a list of any length, written in as many turns of the event loop as it takes. */
  list<In extends DescMessage, Out extends DescMessage, Entry>(
    method: DescMethodUnary<In, Out>,
    what: string,
    handle: Handle<In, ReadonlyArray<Entry>, void>,
    listOf: (entries: ReadonlyArray<Entry>) => MessageInitShape<Out>
  ): handleUnaryCall<MessageShape<In>, Written> {
    return this.answered(method, what, async (call) => {
      const entries = await this.asked(call, (principal) => handle(principal, call.request))
      return Turns.steps(written(method.output, entries, listOf))
    })
  }

  private answered<In, Out>(
    method: DescMethod,
    what: string,
    answer: (call: ServerUnaryCall<In, Out>) => Promise<Out>
  ): handleUnaryCall<In, Out> {
    return this.named(method, what, (call, tell) => {
      answer(call).then(
        (message) => tell(null, message),
        (error) => tell(statusOf(call.getPath(), error))
      )
    })
  }

  /** A stream of one message, or of none and an error. `host`: by which the client reached the sandbox. */
  stream<In extends DescMessage, Out extends DescMessage>(
    method: DescMethodServerStreaming<In, Out>,
    what: string,
    handle: Handle<In, MessageInitShape<Out>, string>
  ): handleServerStreamingCall<MessageShape<In>, MessageShape<Out>> {
    return this.named(method, what, (call) => {
      this.asked(call, (principal) => handle(principal, call.request, call.getHost()))
        .then((init) => create(method.output, init))
        .then(
          (message) => {
            call.write(message)
            call.end()
          },
          (error) => call.emit("error", statusOf(call.getPath(), error))
        )
    })
  }
}

interface Failing {
  emit(event: "error", error: Error): boolean
}

/** What clients show who asks for it, as by `fal run`. */
export const notOfferedText = (name: string): string =>
  `${name} is not part of a local sandbox, which runs no Python code: deploy the app, and its runners are simulated`

/** Refuses every call of a method that a local sandbox does not offer. */
export const notOffered =
  (name: string) =>
  (call: Failing): void => {
    call.emit("error", failure(status.UNIMPLEMENTED, notOfferedText(name)))
  }

import { ApiError, type Connection, send } from "@ebb/protocol/rest/Client"
import { Message } from "@ebb/protocol/rest/Events"
import { Effect, Schema, Stream } from "effect"
import { type CliFailure, CommandFailed } from "../kit/Errors.ts"
import { failure } from "./Connection.ts"
import * as ServerEvents from "./ServerEvents.ts"

const decode = Schema.decodeUnknownSync(Schema.fromJsonString(Message))

/** One app, or all of the team. */
interface Query {
  readonly app?: string
  readonly env?: string
}

/** What is there and every change from then on, of one app or of the team; ends when the sandbox does. */
export const messages = (connection: Connection, query: Query) => {
  const search = new URLSearchParams(Object.entries(query)).toString()
  return Stream.unwrap(
    send(connection, "GET", `/v1/events${search === "" ? "" : `?${search}`}`).pipe(
      Effect.mapError(failure),
      Effect.map(({ body }) =>
        body === null ? Stream.empty : Stream.map(ServerEvents.stream(body), (data) => decode(data))
      )
    )
  )
}

/** What to do with the messages, and while there are none because the sandbox is gone. */
interface Handlers<R> {
  readonly reached: (connection: Connection) => void
  readonly message: (message: Message) => Effect.Effect<void, never, R>
  readonly lost: Effect.Effect<void>
}

const againMs = 1000

/** A refusal is the last word; anything else may pass. */
const isFinal = (error: CliFailure): boolean =>
  !(error instanceof CommandFailed) || (error.because instanceof ApiError && error.because.status < 500)

/** The same without an end: a sandbox that goes away is waited for, wherever it comes back. Fails if it is not there at first. */
export const steadily = <R, S>(
  connect: Effect.Effect<Connection, CliFailure, R>,
  query: Query,
  { lost, message, reached }: Handlers<S>
) => {
  const once = Effect.gen(function* () {
    const connection = yield* connect
    const taken = Stream.mapEffect(messages(connection, query), (one) => {
      reached(connection)
      return message(one)
    })
    yield* Stream.runDrain(taken)
  })
  const again = Effect.gen(function* () {
    yield* lost
    yield* Effect.sleep(againMs)
    yield* once.pipe(
      Effect.catchIf(
        (error) => !isFinal(error),
        () => Effect.void
      )
    )
  })
  return Effect.andThen(once, Effect.forever(again))
}

import { Effect, Schema, Stream } from "effect"
import { ApiError, type Connection, send, type Unreachable } from "../rest/Client.ts"
import { Message } from "../rest/Events.ts"
import * as ServerEvents from "../rest/ServerEvents.ts"

const decode = Schema.decodeUnknownSync(Schema.fromJsonString(Message))

/** One app, or all of the team. */
export interface Query {
  readonly app?: string
  readonly env?: string
}

/** What is there and every change from then on, of one app or of the team; ends when the sandbox does. */
export const messages = (connection: Connection, query: Query): Stream.Stream<Message, ApiError | Unreachable> => {
  const search = new URLSearchParams(Object.entries(query)).toString()
  return Stream.unwrap(
    Effect.map(send(connection, "GET", `/v1/events${search === "" ? "" : `?${search}`}`), ({ body }) =>
      body === null ? Stream.empty : Stream.map(ServerEvents.stream(body), (data) => decode(data))
    )
  )
}

/** How to get to the messages, and what to do with them and while there are none because the sandbox is gone. */
export interface Follower<E, R> {
  /** Asked each time: a sandbox may come back somewhere else. */
  readonly connect: Effect.Effect<Connection, E, R>
  readonly query: Query
  readonly reached: (connection: Connection) => void
  readonly message: (message: Message) => Effect.Effect<void, never, R>
  readonly lost: Effect.Effect<void, never, R>
  /** Whether one that is not there at first is waited for as well. */
  readonly isPatient: boolean
  /** Whether an error is the last word; a refusal of the API unless given. */
  readonly refuses?: (error: E | ApiError | Unreachable) => boolean
}

const againMs = 1000

/** A refusal is the last word; anything else may pass. */
export const isRefusal = (error: unknown): boolean => error instanceof ApiError && error.status < 500

/**
 * Follows the messages without an end: a sandbox that goes away is waited for. Ends only with a refusal or, unless
 * `isPatient`, where the sandbox is not there at first.
 */
export const follow = <E, R>({
  connect,
  isPatient,
  lost,
  message,
  query,
  reached,
  refuses = isRefusal
}: Follower<E, R>): Effect.Effect<never, E | ApiError | Unreachable, R> => {
  const once = Effect.gen(function* () {
    const connection = yield* connect
    const taken = Stream.mapEffect(messages(connection, query), (one) => {
      reached(connection)
      return message(one)
    })
    yield* Stream.runDrain(taken)
  })
  const tolerant = Effect.catchIf(
    once,
    (error) => !refuses(error),
    () => Effect.void
  )
  const again = Effect.andThen(Effect.andThen(lost, Effect.sleep(againMs)), tolerant)
  return Effect.andThen(isPatient ? tolerant : once, Effect.forever(again))
}

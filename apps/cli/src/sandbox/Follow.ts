import { type Connection, send } from "@ebb/protocol/rest/Client"
import { Message } from "@ebb/protocol/rest/Events"
import { Effect, Schema, Stream } from "effect"
import { failure } from "./Connection.ts"
import * as ServerEvents from "./ServerEvents.ts"

const decode = Schema.decodeUnknownSync(Schema.fromJsonString(Message))

/** What is there and every change from then on, of one app or of the team; ends when the sandbox does. */
export const messages = (connection: Connection, query: { readonly app?: string; readonly env?: string }) => {
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

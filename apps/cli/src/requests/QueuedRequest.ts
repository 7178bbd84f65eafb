import type { Connection } from "@ebb/protocol/rest/Client"
import { Schema } from "effect"
import * as HttpCall from "./HttpCall.ts"

const Submitted = Schema.Struct({ request_id: Schema.String, response_url: Schema.String, status_url: Schema.String })
export type Submitted = typeof Submitted.Type

/** What the queue answers to a request that it took. */
export const submitted = Schema.decodeUnknownSync(Schema.fromJsonString(Submitted))

/** Resolves with a queued request's answer once it has one: its status is streamed until then. */
export const answerOf = async (
  connection: Connection,
  { response_url, status_url }: Submitted,
  signal?: AbortSignal
): Promise<HttpCall.Answered> => {
  const status = await HttpCall.send(connection, "GET", `${status_url}/stream`, null, signal)
  if (status.status >= 400) return status
  return HttpCall.send(connection, "GET", response_url, null, signal)
}

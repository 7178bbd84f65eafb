import { call, type Connection } from "@ebb/protocol/rest/Client"
import type { Endpoint } from "@ebb/protocol/rest/Endpoint"
import { Effect } from "effect"
import { CommandFailed } from "../cli/Errors.ts"
import { failure } from "./Connection.ts"

/** A call about an app's queue; its failures are worded as the public command line words them. */
export const make = <Query, Answer>(
  connection: Connection,
  endpoint: Endpoint<"/v1/apps/:app/queue", Query, {}, Answer>,
  app: string,
  query: Query,
  what: string
): Effect.Effect<Answer, CommandFailed> =>
  call(connection, endpoint, { params: { app }, query }).pipe(
    Effect.mapError((error) => {
      if (error._tag !== "ApiError" || error.status === 401) return failure(error)
      const detail = error.status === 404 ? "Application not found" : error.detail
      return new CommandFailed({ text: `Failed to ${what}: ${detail}`, because: error })
    })
  )

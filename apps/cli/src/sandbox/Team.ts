import { type ApiError, type Connection, send, type Unreachable } from "@ebb/protocol/rest/Client"
import { Effect, Schema } from "effect"
import { STATUS_CODES } from "node:http"
import { CommandFailed } from "../kit/Errors.ts"
import { Output } from "../kit/Output.ts"

const User = Schema.Struct({ nickname: Schema.String, full_name: Schema.String, user_id: Schema.String })

const refused = (because: ApiError | Unreachable): CommandFailed => {
  if (because._tag === "Unreachable")
    return new CommandFailed({ text: `${because.message}. Start one with: ebb up`, because })
  const reason = `HTTP Error ${because.status}: ${STATUS_CODES[because.status] ?? ""}`
  return new CommandFailed({ text: `Failed to fetch user info: ${reason}`, because })
}

/** Whose key that is. */
export const current = (connection: Connection) =>
  send(connection, "GET", "/users/current").pipe(
    Effect.flatMap((response) => Effect.promise(() => response.json())),
    Effect.map(Schema.decodeUnknownSync(User)),
    Effect.mapError(refused)
  )

/** A key given by hand belongs to one team, whatever `--team` says: that is said, and the command goes on. */
export const ignoreOther = Effect.fnUntraced(function* (connection: Connection, team: string) {
  const { warn } = yield* Output
  const { full_name, nickname, user_id } = yield* current(connection)
  if (nickname.toLowerCase() === team.toLowerCase()) return
  const owner = `${full_name}: ${nickname} - ${user_id}`
  yield* warn(`Ignoring explicit team ${team} because key is used. The key belongs to ${owner}.`)
})

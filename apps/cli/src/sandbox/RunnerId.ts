import * as Api from "@ebb/protocol/rest/Api"
import { nearest } from "@ebb/text/Suggestion"
import { Effect } from "effect"
import type { Connection } from "@ebb/protocol/rest/Client"
import { CommandFailed } from "../kit/Errors.ts"
import { quote } from "../kit/Text.ts"
import { ask } from "./Connection.ts"
import type { Ask } from "./SilentCommand.ts"

const whole = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const dayMs = 86_400_000

/** The id of a runner of which at least a beginning was typed, as tables in a narrow terminal show it. */
export const resolve = Effect.fnUntraced(function* (ask: Ask, typed: string) {
  if (whole.test(typed) || typed === "") return typed
  const since = new Date(Date.now() - dayMs).toISOString()
  const { runners } = yield* ask(Api.listRunners, { params: {}, query: { since } })
  const ids = runners.map(({ runner_id }) => runner_id)
  const [first, ...others] = ids.filter((id) => id.startsWith(typed))
  if (others.length > 0) {
    const text = `${others.length + 1} runners begin with ${quote(typed)}. Type more of the id; they are in: ebb runners list`
    return yield* new CommandFailed({ text })
  }
  if (first !== undefined) return first
  const meant = nearest(
    typed,
    ids.map((id) => id.slice(0, typed.length))
  )
  const hint = meant === null ? "The runners are in: ebb runners list" : `Did you mean ${meant}?`
  return yield* new CommandFailed({ text: `Runner ${quote(typed)} not found. ${hint}` })
})

/** The same, for commands that have a connection. */
export const resolveAt = (connection: Connection, typed: string) =>
  resolve((endpoint, input) => ask(connection, endpoint, input), typed)

import * as Api from "@ebb/protocol/rest/Api"
import type { TeamInfo } from "@ebb/protocol/rest/Shapes"
import { Effect } from "effect"
import { CommandFailed } from "../cli/Errors.ts"
import { Output } from "../cli/Output.ts"
import * as DataFolder from "../up/DataFolder.ts"
import * as Config from "./Config.ts"
import { ask, connect } from "./Connection.ts"

/** The teams of the sandbox's user, personal first, and the data directory that remembers the one chosen. */
export const load = Effect.fnUntraced(function* (host: string | undefined) {
  const { io } = yield* Output
  const folder = DataFolder.locate(io, undefined)
  const connection = yield* connect({ team: "local", ...(host === undefined ? {} : { host }) })
  const { teams } = yield* ask(connection, Api.listTeams, { params: {} })
  return { teams, folder, selected: Config.read(folder).team ?? null }
})

/** A team by its nickname, whatever its case, or its number in the list. */
export const find = (teams: ReadonlyArray<TeamInfo>, given: string): Effect.Effect<TeamInfo, CommandFailed> => {
  const byName = teams.find(({ nickname }) => nickname.toLowerCase() === given.toLowerCase())
  const found = byName ?? (/^\d+$/.test(given) ? teams[Number(given) - 1] : undefined)
  return found === undefined
    ? Effect.fail(new CommandFailed({ text: `Team ${given} not found` }))
    : Effect.succeed(found)
}

/** `personal`, `team` or `org`. */
export const typeOf = ({ is_org, is_personal }: TeamInfo): string =>
  is_personal ? "personal" : is_org ? "org" : "team"

import * as Api from "@ebb/protocol/rest/Api"
import type { TeamInfo } from "@ebb/protocol/rest/Shapes"
import { Effect } from "effect"
import { Output } from "../../kit/Output.ts"
import * as Config from "../../sandbox/Config.ts"
import { ask, connectAsSelf } from "../../sandbox/Connection.ts"
import * as DataFolder from "../../sandbox/DataFolder.ts"

/** The teams of the sandbox's user, in the order of their numbers. */
export const all = Effect.gen(function* () {
  const connection = yield* connectAsSelf({})
  const { teams } = yield* ask(connection, Api.listTeams, { params: {} })
  return teams
})

/** The data directory that remembers the choice. */
export const folder = Effect.map(Output, ({ io }) => DataFolder.locate(io, undefined))

/** Whether commands act for that team; without a choice they act for the personal one. */
export const isSelected = (chosen: string | undefined, { is_personal, nickname }: TeamInfo): boolean =>
  chosen === undefined ? is_personal : nickname.toLowerCase() === chosen.toLowerCase()

/** Remembers the team, or forgets the one before where it is the personal one; says so. */
export const choose = Effect.fnUntraced(function* (team: TeamInfo) {
  const { full_name, is_personal, nickname } = team
  yield* Config.write(yield* folder, is_personal ? {} : { team: nickname })
  return is_personal
    ? `Using personal account ${full_name} (${nickname}). You can change this with ebb account set`
    : `Using team account ${full_name} (${nickname}). You can change this later with ebb account set`
})

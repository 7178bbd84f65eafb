import type { TeamInfo } from "@ebb/protocol/rest/Shapes"
import { Effect } from "effect"
import * as Argument from "../../kit/Argument.ts"
import * as Leaf from "../../kit/Leaf.ts"
import { Output } from "../../kit/Output.ts"
import * as Config from "../../sandbox/Config.ts"
import * as Table from "../../kit/Table.ts"
import * as TeamChoice from "./TeamChoice.ts"

const accepts = { ...Argument.output }

const typeOf = ({ is_org, is_personal }: TeamInfo): "personal" | "org" | "team" => {
  if (is_personal) return "personal"
  return is_org ? "org" : "team"
}

const titles = { personal: "Personal", org: "Org", team: "Team" } as const

const run = Effect.fn("account.list")(function* () {
  const output = yield* Output
  const teams = yield* TeamChoice.all
  const { team: chosen } = Config.read(yield* TeamChoice.folder)
  const rows = teams.map((team, at) => [
    [`${TeamChoice.isSelected(chosen, team) ? "*" : " "} ${at + 1}`],
    [team.full_name, team.nickname],
    [titles[typeOf(team)]]
  ])
  const listed = teams.map((team) => ({
    nickname: team.nickname,
    full_name: team.full_name,
    type: typeOf(team),
    is_selected: TeamChoice.isSelected(chosen, team)
  }))
  yield* output.json ? output.value({ teams: listed }) : output.result(Table.listing(rows, output.stdout))
  return 0
})

/** `ebb teams list` */
export const list = Leaf.make({
  description: "List the teams; the one that commands act for has a star.",
  accepts,
  examples: ["ebb teams list"],
  run
})

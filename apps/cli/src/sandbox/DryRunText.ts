import { type Way, ways as table } from "@ebb/core/domain/RolloutWay"
import type { DryRun } from "@ebb/protocol/rest/Shapes"
import { answer, basis, bestOf, countOf, timeOf } from "@ebb/sim/dryrun/DryRunWords"
import * as Format from "@ebb/text/Format"
import * as ShellWords from "@ebb/text/ShellWords"
import { wrap } from "@ebb/text/Wrap"
import * as Table from "../kit/Table.ts"
import type { Terminal } from "../kit/Terminal.ts"

const optionsOf = (way: Way): ReadonlyArray<string> => {
  const { order } = table[way]
  return order === null ? ["--force"] : ["--order", order]
}

const columns: ReadonlyArray<Table.Column> = [
  { header: "", keep: true },
  { header: "In flight", align: "right", rank: 1 },
  { header: "Drained", align: "right" },
  { header: "Errored", align: "right" },
  { header: "Retried", align: "right", rank: 2 },
  { header: "Failed\nin all", align: "right" },
  { header: "Enough slots\nafter", align: "right" }
]

type DryWay = DryRun["ways"][number]

const rowOf = ({ enoughMs, inFlight, mode, requestsErrored }: DryWay): ReadonlyArray<string> => [
  mode,
  countOf(inFlight.atStart),
  countOf(inFlight.drained),
  countOf(inFlight.errored),
  countOf(inFlight.retried),
  countOf(requestsErrored),
  enoughMs === null ? Format.none : timeOf(enoughMs)
]

/** What would happen now: the answer, the numbers, the command. `traffic`: the spec whose requests came meanwhile. */
export const render = (found: DryRun, to: Terminal, traffic?: string): string => {
  const { app, ways } = found
  const { isAdvice, text } = answer(ways)
  const command = ShellWords.command(["ebb", "apps", "rollout", app, ...optionsOf(bestOf(ways).mode)])
  const columnsMax = to.columns ?? 100
  return [
    ...wrap(isAdvice ? `► ${text}` : text, columnsMax),
    "",
    Table.render(columns, ways.map(rowOf), to).trimEnd(),
    "",
    ...wrap(basis(found) + (traffic === undefined ? "" : ` Requests came as in ${traffic}.`), columnsMax),
    `Run: ${command}`,
    ""
  ].join("\n")
}

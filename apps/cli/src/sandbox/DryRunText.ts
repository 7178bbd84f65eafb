import type { Way } from "@ebb/core/domain/RolloutWay"
import type { DryRun } from "@ebb/protocol/rest/Shapes"
import * as Format from "@ebb/text/Format"
import * as ShellWords from "@ebb/text/ShellWords"
import { wrap } from "@ebb/text/Wrap"
import * as Table from "../kit/Table.ts"
import type { Terminal } from "../kit/Terminal.ts"

type DryWay = DryRun["ways"][number]
type Outcome = DryWay["requestsErrored"]

const number = (value: number): string => (Number.isInteger(value) ? Format.integer(value) : value.toFixed(1))

/** `3.2 (1–6)`, and alone where it cannot be another. */
const countOf = ({ high, low, mean }: Outcome): string =>
  low === high ? number(mean) : `${number(mean)} (${Math.floor(low)}–${Math.ceil(high)})`

const timeOf = ({ high, low, mean }: Outcome): string =>
  low === high ? Format.duration(mean) : `${Format.duration(mean)} (${Format.duration(low)}–${Format.duration(high)})`

/** As exactly as it is shown. */
const tenths = (value: number): number => Math.round(value * 10) / 10

/** What a rollout costs its callers: requests lost, those in flight and others; then how long the app is short of slots. */
const harm = ({ inFlight, never, recoveryMs, requestsErrored }: DryWay): ReadonlyArray<number> => [
  never === null ? 0 : 1,
  tenths(requestsErrored.mean),
  tenths(inFlight.retried.mean),
  recoveryMs?.mean ?? Infinity
]

const isLess = (a: ReadonlyArray<number>, b: ReadonlyArray<number>): boolean => {
  const at = a.findIndex((value, index) => value !== b[index])
  return at >= 0 && a[at]! < b[at]!
}

const bestOf = (ways: ReadonlyArray<DryWay>): DryWay =>
  ways.reduce((best, way) => (isLess(harm(way), harm(best)) ? way : best))

const options: Readonly<Record<Way, ReadonlyArray<string>>> = {
  graceful: ["--order", "stop_first"],
  replace: ["--order", "replace_first"],
  force: ["--force"]
}

const recovery = ({ recoveryMs }: DryWay): string =>
  recoveryMs === null
    ? "and the app does not recover"
    : recoveryMs.high === 0
      ? "and no slot is missed"
      : `and the app has recovered after ${timeOf(recoveryMs)}`

const fails = ({ requestsErrored }: DryWay): string => {
  if (requestsErrored.high === 0) return "nothing fails"
  const count = countOf(requestsErrored)
  return count === "1" ? "1 request fails" : `${count} requests fail`
}

/** The answer, before any number is looked up. */
const sentence = (ways: ReadonlyArray<DryWay>): string => {
  const best = bestOf(ways)
  const { mean: inFlight } = best.inFlight.atStart
  if (ways.every((way) => way.inFlight.atStart.high === 0 && way.recoveryMs?.high === 0))
    return "No request is in flight and no slot is ready: whichever way you roll out now, nothing fails."
  const among = `with ${Format.counted(Math.round(inFlight), "request")} in flight`
  const others = ways.filter((way) => way !== best)
  const lead = others.length === 0 ? `With ${best.mode}, ${among}, ` : `► Use ${best.mode} now, ${among}: `
  const rest = others.map((way) => ` With ${way.mode} ${fails(way)}.`).join("")
  return `${lead}${fails(best)} ${recovery(best)}.${rest}`
}

const columns: ReadonlyArray<Table.Column> = [
  { header: "", keep: true },
  { header: "In flight", align: "right", rank: 1 },
  { header: "Drained", align: "right" },
  { header: "Errored", align: "right" },
  { header: "Retried", align: "right", rank: 2 },
  { header: "Failed\nin all", align: "right" },
  { header: "Recovered\nafter", align: "right" }
]

const rowOf = ({ inFlight, mode, recoveryMs, requestsErrored }: DryWay): ReadonlyArray<string> => [
  mode,
  countOf(inFlight.atStart),
  countOf(inFlight.drained),
  countOf(inFlight.errored),
  countOf(inFlight.retried),
  countOf(requestsErrored),
  recoveryMs === null ? Format.none : timeOf(recoveryMs)
]

/** What would happen now: the answer, the numbers, the command. */
export const render = ({ app, forks, tookMs, ways }: DryRun, to: Terminal): string => {
  const never = ways.flatMap(({ mode, never: why }) => (why === null ? [] : [`With ${mode} ${why}.`]))
  const best = bestOf(ways)
  const command = ShellWords.command(["ebb", "apps", "rollout", app, ...options[best.mode]])
  const note =
    `${Format.counted(forks, "fork")} of the sandbox as it is, each way, in ${Format.duration(tookMs)}; ` +
    "brackets hold 95 % of what may happen. Nothing was rolled out."
  return [
    ...wrap([sentence(ways), ...never].join(" "), to.columns ?? 100),
    "",
    Table.render(columns, ways.map(rowOf), to).trimEnd(),
    "",
    ...wrap(note, to.columns ?? 100),
    `Run: ${command}`,
    ""
  ].join("\n")
}

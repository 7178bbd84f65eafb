import { rolled } from "@ebb/core/domain/ModeWords"
import type { RolloutReport, RolloutRunner } from "@ebb/core/domain/RolloutReport"
import * as FateWords from "@ebb/protocol/live/FateWords"
import * as RecoveryWords from "@ebb/protocol/live/RecoveryWords"
import * as Format from "@ebb/text/Format"
import type { Terminal } from "../kit/Terminal.ts"
import * as Table from "../kit/Table.ts"
import { wrap } from "@ebb/text/Wrap"

/** What a rollout did, in one or two sentences. */
export const sentence = (report: RolloutReport): string =>
  `${FateWords.of(report)}. ${RecoveryWords.partsOf(report).join(", ")}.`

const orNone = (ms: number | null): string => (ms === null ? Format.none : Format.duration(ms))

const rowsOf = (report: RolloutReport): ReadonlyArray<readonly [string, string]> => {
  const { capacity, cost, inFlight, latencyMs, queueWaitMs } = report
  const unresolved = inFlight.unresolved > 0 ? (["unresolved"] as const) : []
  const kinds = (["drained", "errored", "retried", "cancelled", ...unresolved] as const).map(
    (fate) =>
      [`  ${fate}`, `${inFlight[fate]} (${inFlight.direct[fate]} direct, ${inFlight.queued[fate]} queued)`] as const
  )
  return [
    ["in flight at the signal", `${inFlight.atStart}`],
    ...kinds,
    ...((report.messagesLost ?? 0) > 0 ? [["realtime messages lost", `${report.messagesLost}`] as const] : []),
    ...Object.entries(report.errorsByType).map(([type, count]) => [`errors ${type}`, `${count}`] as const),
    [
      "latency p50 / p99",
      latencyMs === null ? Format.none : `${Format.duration(latencyMs.p50)} / ${Format.duration(latencyMs.p99)}`
    ],
    ["queue wait p99", orNone(queueWaitMs?.p99 ?? null)],
    ["slots ready before, lowest", `${capacity.slotsReadyBefore}, ${capacity.slotsReadyLowest}`],
    ["recovered after", orNone(capacity.recoveryMs)],
    ["grace needed", orNone(report.graceNeededMs)],
    ["cold starts", `${report.coldStarts}`],
    ["billed runner time", Format.duration(report.runnerSeconds.billable * 1000)],
    ["cost", cost.amount === null ? "no price" : Format.money(cost.amount, cost.currency)]
  ]
}

const unresolvedOf = ({ cancelled, drained, errored, inFlightAtStart, retried }: RolloutRunner): number =>
  inFlightAtStart - drained - errored - retried - cancelled

/** What a runner's requests came to; the last two have a column only where there are any. */
const fates = [
  ["Drained", ({ drained }: RolloutRunner) => drained],
  ["Errored", ({ errored }: RolloutRunner) => errored],
  ["Retried", ({ retried }: RolloutRunner) => retried],
  ["Cancelled", ({ cancelled }: RolloutRunner) => cancelled],
  ["Unresolved", unresolvedOf]
] as const

const rare: ReadonlySet<string> = new Set(["Cancelled", "Unresolved"])

const runnerTable = ({ runners }: RolloutReport, terminal: Terminal): string => {
  const shown = fates.filter(([header, count]) => !rare.has(header) || runners.some((runner) => count(runner) > 0))
  const columns: ReadonlyArray<Table.Column> = [
    { header: "Runner ID", id: true },
    { header: "Was", rank: 1 },
    { header: "In Flight", align: "right" },
    ...shown.map(([header]) => ({ header, align: "right" }) as const),
    { header: "Drain", align: "right" },
    { header: "Ended By" }
  ]
  const rows = runners.map((runner) => [
    runner.id,
    runner.stateAtStart,
    `${runner.inFlightAtStart}`,
    ...shown.map(([, count]) => `${count(runner)}`),
    orNone(runner.drainMs),
    runner.endedBy ?? Format.none
  ])
  return Table.render(columns, rows, terminal)
}

/** The whole report for people: what became of the requests, what it cost, each runner. */
export const render = (report: RolloutReport, terminal: Terminal): string => {
  const rows = rowsOf(report)
  const width = Math.max(...rows.map(([label]) => label.length))
  const how = rolled(report.mode, report.escalatedAtMs !== undefined)
  const place = report.env === "main" ? report.app : `${report.app} in ${report.env}`
  return [
    `Rollout ${report.id} of ${place} (${how}): ${report.state}`,
    ...wrap(sentence(report), terminal.isTerminal ? (terminal.columns ?? 80) : Infinity),
    "",
    ...rows.map(([label, value]) => `${label.padEnd(width)}   ${value}`),
    "",
    runnerTable(report, terminal)
  ].join("\n")
}

import { rolled } from "@ebb/core/domain/ModeWords"
import type { RolloutReport } from "@ebb/core/domain/RolloutReport"
import * as RecoveryWords from "@ebb/protocol/live/RecoveryWords"
import * as Format from "@ebb/text/Format"
import type { Terminal } from "../kit/Terminal.ts"
import * as Table from "../kit/Table.ts"
import { wrap } from "@ebb/text/Wrap"

/** What a rollout did, in one or two sentences. */
export const sentence = (report: RolloutReport): string => {
  const { atStart, cancelled, drained, errored, retried } = report.inFlight
  const { messagesLost = 0 } = report
  const fates = [`${drained} drained`, `${errored} errored`]
  if (retried > 0) fates.push(`${retried} retried`)
  if (cancelled > 0) fates.push(`${cancelled} cancelled`)
  if (messagesLost > 0) fates.push(`${Format.counted(messagesLost, "realtime message")} lost`)
  const end = RecoveryWords.partsOf(report).join(", ")
  return `${Format.counted(atStart, "request")} in flight, ${fates.join(", ")}. ${end}.`
}

const orNone = (ms: number | null): string => (ms === null ? Format.none : Format.duration(ms))

const rowsOf = (report: RolloutReport): ReadonlyArray<readonly [string, string]> => {
  const { capacity, cost, inFlight, latencyMs, queueWaitMs } = report
  const kinds = (["drained", "errored", "retried", "cancelled"] as const).map(
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

const columns: ReadonlyArray<Table.Column> = [
  { header: "Runner ID", id: true },
  { header: "Was", rank: 1 },
  { header: "In Flight", align: "right" },
  { header: "Drained", align: "right" },
  { header: "Errored", align: "right" },
  { header: "Retried", align: "right" },
  { header: "Drain", align: "right" },
  { header: "Ended By" }
]

const runnerRows = (report: RolloutReport) =>
  report.runners.map((runner) => [
    runner.id,
    runner.stateAtStart,
    `${runner.inFlightAtStart}`,
    `${runner.drained}`,
    `${runner.errored}`,
    `${runner.retried}`,
    orNone(runner.drainMs),
    runner.endedBy ?? Format.none
  ])

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
    Table.render(columns, runnerRows(report), terminal)
  ].join("\n")
}

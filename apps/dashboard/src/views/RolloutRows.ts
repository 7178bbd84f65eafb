import type { RolloutReport } from "@ebb/core/domain/RolloutReport"
import * as FateWords from "@ebb/protocol/live/FateWords"
import * as RecoveryWords from "@ebb/protocol/live/RecoveryWords"
import * as Format from "@ebb/text/Format"

/** One measure of a rollout in words. */
export type RolloutRow = readonly [label: string, value: string]

const time = (ms: number | null | undefined): string =>
  ms === null || ms === undefined ? Format.none : Format.duration(ms)

const fateRows = ({ inFlight }: RolloutReport): ReadonlyArray<RolloutRow> => {
  const both = inFlight.direct.atStart > 0 && inFlight.queued.atStart > 0
  const kinds = both ? (["direct", "queued"] as const) : []
  return [
    ["in flight at the rollout", Format.integer(inFlight.atStart)],
    ...(["drained", "errored", "retried", "cancelled", "unresolved"] as const).flatMap((fate): Array<RolloutRow> => {
      if (inFlight[fate] === 0 && (fate === "cancelled" || fate === "unresolved")) return []
      const parts = kinds.map((kind) => `${inFlight[kind][fate]} ${kind}`).join(", ")
      return [[fate, inFlight[fate] > 0 && both ? `${inFlight[fate]} (${parts})` : String(inFlight[fate])]]
    })
  ]
}

const errorRows = ({ errorsByType }: RolloutReport): ReadonlyArray<RolloutRow> =>
  Object.entries(errorsByType).map(([type, count]) => [`errors: ${type}`, Format.integer(count)])

const messageRows = ({ messagesLost = 0 }: RolloutReport): ReadonlyArray<RolloutRow> =>
  messagesLost === 0 ? [] : [["realtime messages lost", Format.integer(messagesLost)]]

/** Every measure of a rollout that is worth a line. */
export const rows = (rollout: RolloutReport): ReadonlyArray<RolloutRow> => {
  const { capacity, coldStarts, cost, graceNeededMs, latencyMs, queueWaitMs, runnerSeconds } = rollout
  return [
    ...fateRows(rollout),
    ...messageRows(rollout),
    ...errorRows(rollout),
    ["latency p50", time(latencyMs?.p50)],
    ["latency p99", time(latencyMs?.p99)],
    ["queue wait p99", time(queueWaitMs?.p99)],
    ["slots ready before", Format.integer(capacity.slotsReadyBefore)],
    ["slots ready, lowest", Format.integer(capacity.slotsReadyLowest)],
    ["recovered after", capacity.recoveryMs === null ? "not yet" : Format.duration(capacity.recoveryMs)],
    ["grace needed", time(graceNeededMs)],
    ["cold starts", Format.integer(coldStarts)],
    ["runner time billed", Format.duration(runnerSeconds.billable * 1000)],
    ["cost", cost.amount === null ? "no price" : Format.money(cost.amount, cost.currency)]
  ]
}

/** What a rollout did, in one line. */
export const summary = (report: RolloutReport): string =>
  [FateWords.of(report), ...RecoveryWords.partsOf(report)].join(" · ")

import type { Cost, ErrorsByType, Fates, InFlight, RunnerSeconds } from "../domain/Measures.ts"
import { wayOf } from "../domain/RolloutWay.ts"
import type { Prices } from "../domain/Machine.ts"
import type { RolloutReport, RolloutRunner } from "../domain/RolloutReport.ts"
import { runnerStateNames } from "../tables/RunnerState.ts"
import type { Member, RolloutRecord } from "../tables/Records.ts"
import { Tally } from "../tables/Tally.ts"
import { errorTypeNames } from "./ErrorType.ts"
import type { FleetState } from "./FleetState.ts"
import type { RunnerTime } from "../tables/RunnerTime.ts"
import { runnerTimeOf } from "./Ledger.ts"

/** What the Fleet does not know itself: names, prices, and (virtual runs) what the future would have been. */
export interface ReportContext {
  readonly prices: Prices
  /** What a runner is called, by its number. */
  readonly runnerName: (number: number) => string
  /** The present; without it, the moment of the Fleet's last input. */
  readonly nowMs?: number
  /** The longest remaining time of any request in flight at the start; without it, what was observed. */
  readonly graceNeededMs?: number | null
  /** The runners of the set, where they are made beforehand. */
  readonly runners?: ReadonlyArray<RolloutRunner>
}

/** The report of a rollout as it stands now (platform rule 8.7). */
export const make = (fleet: FleetState, rollout: RolloutRecord, context: ReportContext): RolloutReport => {
  const after = rollout.timeAfter ?? runnerTimeOf(fleet, rollout.app, context.nowMs)
  const escalated = rollout.escalatedAtMs === null ? {} : { escalatedAtMs: rollout.escalatedAtMs }
  return {
    version: 1,
    id: `r-${rollout.number}`,
    app: rollout.app.name,
    env: rollout.app.env,
    mode: wayOf(rollout.order),
    order: rollout.order,
    ...escalated,
    startedAtMs: rollout.startedAtMs,
    finishedAtMs: rollout.finishedAtMs,
    state: rollout.interrupted ? "interrupted" : rollout.finishedAtMs === null ? "running" : "finished",
    inFlight: inFlightOf(rollout),
    messagesLost: rollout.members.reduce((lost, member) => lost + member.messagesLost, 0),
    errorsByType: errorsByType(rollout.errors),
    runners: context.runners ?? rollout.members.map((member) => runnerOf(member, rollout, context)),
    latencyMs: rollout.latency.summary(),
    queueWaitMs: rollout.queueWait.summary(),
    capacity: {
      slotsReadyBefore: rollout.slotsReadyBefore,
      slotsReadyLowest: rollout.slotsReadyLowest,
      recoveryMs: recoveryMsOf(rollout)
    },
    graceNeededMs: context.graceNeededMs === undefined ? observedGraceMs(rollout) : context.graceNeededMs,
    coldStarts: after.runnersCreated - rollout.timeBefore.runnersCreated,
    runnerSeconds: runnerSeconds(rollout.timeBefore, after),
    cost: cost(rollout.timeBefore, after, context.prices, rollout.app.settings.machineTypes[0])
  }
}

/** One runner of the set, as it stands now. */
export const runnerOf = (
  member: Member,
  { startedAtMs }: RolloutRecord,
  context: Pick<ReportContext, "runnerName">
): RolloutRunner => ({
  id: context.runnerName(member.runner),
  stateAtStart: runnerStateNames[member.stateAtStart],
  inFlightAtStart: member.direct.atStart + member.queued.atStart,
  drained: member.direct.drained + member.queued.drained,
  errored: member.direct.errored + member.queued.errored,
  retried: member.direct.retried + member.queued.retried,
  cancelled: member.direct.cancelled + member.queued.cancelled,
  signalAfterMs: member.signalledAtMs === null ? null : member.signalledAtMs - startedAtMs,
  drainMs: member.drainMs,
  graceExceeded: member.graceExceeded,
  lost: member.lost,
  endedBy: member.endedBy
})

/** The requests in flight on all members; with a runner in two sets each set has its own members, so nothing counts twice here. */
export const inFlightOf = ({ members }: RolloutRecord): InFlight => {
  const direct = new Tally()
  const queued = new Tally()
  for (const member of members) {
    // Before its signal nothing of it is counted.
    if (member.signalledAtMs === null) continue
    add(direct, member.direct)
    add(queued, member.queued)
  }
  return { ...sum([direct, queued]), direct: sum([direct]), queued: sum([queued]) }
}

const add = (all: Tally, tally: Tally | Fates): void => {
  all.atStart += tally.atStart
  all.drained += tally.drained
  all.errored += tally.errored
  all.retried += tally.retried
  all.cancelled += tally.cancelled
}

/** What is in flight on runners of the set that have yet to get their signal. */
export const inFlightBefore = (rollout: RolloutRecord): number => {
  if (rollout.finishedAtMs !== null) return 0
  let count = 0
  for (let runner = rollout.app.firstRunner; runner !== null; runner = runner.next) {
    if (runner.inFlight === 0 || runner.memberships === null) continue
    for (const member of runner.memberships) {
      if (member.rollout === rollout && member.signalledAtMs === null) count += runner.inFlight
    }
  }
  return count
}

const sum = (tallies: ReadonlyArray<Tally | Fates>): Fates => {
  const all = new Tally()
  for (const tally of tallies) add(all, tally)
  return { ...all, unresolved: all.atStart - all.drained - all.errored - all.retried - all.cancelled }
}

/** Known from what happened only when no request was cut. */
const observedGraceMs = (rollout: RolloutRecord): number | null => {
  const { errored, retried, unresolved } = inFlightOf(rollout)
  if (errored + retried + unresolved > 0) return null
  return rollout.members.reduce((most, member) => Math.max(most, member.drainMs ?? 0), 0)
}

/** Counts by the name of the error type. */
export const errorsByType = (counts: ReadonlyArray<number>): ErrorsByType => {
  const named: Record<string, number> = {}
  errorTypeNames.forEach((name, type) => {
    if ((counts[type] ?? 0) > 0) named[name] = counts[type]!
  })
  return named
}

/** Runner time between two moments, in seconds. */
export const runnerSeconds = (before: RunnerTime, after: RunnerTime): RunnerSeconds => {
  const byState: Record<string, number> = {}
  runnerStateNames.forEach((name, state) => {
    const ms = after.stateMs[state]! - before.stateMs[state]!
    if (ms > 0) byState[name] = ms / 1000
  })
  return { billable: (after.billableMs - before.billableMs) / 1000, byState }
}

/** From when the rollout began: a command of the wall clock comes some milliseconds after its moment. */
export const recoveryMsOf = ({ recoveredAtMs, startedAtMs }: RolloutRecord): number | null =>
  recoveredAtMs === null ? null : recoveredAtMs - startedAtMs

const msPerHour = 3_600_000

/** Price of the billable time between two moments; null when some of it was on a type without a price (platform rule 12). */
export const cost = (before: RunnerTime, after: RunnerTime, prices: Prices, firstType: string | undefined): Cost => {
  const ratePerHour = firstType === undefined ? null : (prices.rates[firstType] ?? null)
  const amount = priceOf(before.billedMs, after.billedMs, prices)
  // Nothing at all of what has no price is no amount either.
  const isUnpriced = ratePerHour === null && amount === 0
  return { amount: isUnpriced ? null : amount, currency: prices.currency, ratePerHour }
}

type MsByType = ReadonlyMap<string, number>

/** What the time between two accounts costs; null when some of it was on a type without a price. */
const priceOf = (before: MsByType, after: MsByType, prices: Prices): number | null => {
  let amount: number | null = 0
  for (const [type, ms] of after) {
    const billedMs = ms - (before.get(type) ?? 0)
    const rate = prices.rates[type]
    if (billedMs > 0) amount = rate === undefined || amount === null ? null : amount + (billedMs / msPerHour) * rate
  }
  return amount
}

/** Work on attempts that ended with their runner: seconds, and what the slots cost meanwhile. */
export const lostWork = (
  before: Pick<RunnerTime, "lostMs" | "lostBilledMs">,
  after: Pick<RunnerTime, "lostMs" | "lostBilledMs">,
  prices: Prices
): { readonly seconds: number; readonly amount: number | null } => ({
  seconds: (after.lostMs - before.lostMs) / 1000,
  amount: priceOf(before.lostBilledMs, after.lostBilledMs, prices)
})

import type { Summary } from "@ebb/core/domain/Measures"
import type { RunMeasures } from "@ebb/sim/measure/RunMeasures"

/** What of a run a test cares about; the rest is that of a run in which nothing happened. */
export interface Told {
  readonly accepted?: number
  readonly errored?: number
  readonly errors?: Readonly<Record<string, number>>
  readonly recoveryMs?: number | null
  readonly cost?: number | null
  readonly graceNeededMs?: number | null
  readonly p99?: number
  /** Requests that the rollout cut, on runners that exceeded their grace period. */
  readonly cut?: number
  readonly forcedAfterMs?: number
  readonly finishedAtMs?: number | null
  readonly slotsReady?: ReadonlyArray<number>
}

const noFates = { atStart: 0, drained: 0, errored: 0, retried: 0, cancelled: 0, unresolved: 0 }
const noInFlight = { ...noFates, direct: noFates, queued: noFates }

const summary = (p99: number): Summary => ({ mean: p99 / 3, p50: p99 / 4, p90: p99 / 2, p99, max: p99, count: 10 })

const windows = (p99: number | undefined) => {
  const all = p99 === undefined ? null : summary(p99)
  return { whole: all, before: null, during: all, after: null }
}

const runner = {
  id: "runner-1",
  stateAtStart: "RUNNING",
  inFlightAtStart: 1,
  drained: 0,
  errored: 0,
  retried: 1,
  cancelled: 0,
  drainMs: 5000,
  graceExceeded: true,
  endedBy: "grace_exceeded"
} as const

const rolloutOf = ({ cut = 0, finishedAtMs = 65_000 }: Told, measures: Pick<RunMeasures, "capacity" | "cost">) => ({
  version: 1 as const,
  id: "1",
  app: "app",
  env: "main",
  mode: "graceful" as const,
  order: "stop_first" as const,
  startedAtMs: 60_000,
  finishedAtMs,
  state: finishedAtMs === null ? ("running" as const) : ("finished" as const),
  inFlight: noInFlight,
  errorsByType: {},
  runners: Array.from({ length: cut }, () => runner),
  latencyMs: null,
  queueWaitMs: null,
  ...measures,
  graceNeededMs: null,
  coldStarts: 0,
  runnerSeconds: { billable: 0, byState: {} }
})

/** Requests that take as long as the grace needed; none of them where nothing was cut. */
const remainingOf = ({ cut = 0, graceNeededMs = 5000 }: Told) =>
  Array.from({ length: cut }, () => graceNeededMs ?? Infinity)

/** The measures of a run with one rollout after a minute. */
const runOf = (told: Told): RunMeasures => {
  const { accepted = 100, cut = 0, errored = 0, recoveryMs = 10_000 } = told
  const capacity = { slotsReadyBefore: 4, slotsReadyLowest: 0, recoveryMs }
  const cost = { amount: told.cost === undefined ? 1 : told.cost, currency: "USD", ratePerHour: 1.89 }
  const series = told.slotsReady ?? [4, 4]
  return {
    requests: { accepted, completed: accepted - errored, errored, erroredOfWarmup: 0, cancelled: 0, pending: 0 },
    inFlight: { ...noInFlight, atStart: cut, retried: cut, queued: { ...noFates, atStart: cut, retried: cut } },
    errorsByType: told.errors ?? {},
    latencyMs: windows(told.p99),
    queueWaitMs: windows(told.p99),
    capacity,
    graceNeededMs: told.graceNeededMs === undefined ? 5000 : told.graceNeededMs,
    remainingMs: remainingOf(told),
    cutByGrace: { requests: cut, timingOut: 0 },
    forcedAfterMs: told.forcedAfterMs ?? null,
    coldStarts: 4,
    runnerSeconds: { billable: 100, byState: { IDLE: 60, RUNNING: 40 } },
    cost,
    lostWork: { seconds: 0, amount: 0 },
    escalations: [],
    rollouts: [rolloutOf(told, { capacity, cost })],
    rolloutAtMs: 60_000,
    timeline: { stepMs: 1000, slotsReady: series, inFlight: series, waiting: series, errors: series }
  }
}

/** One run a seed, of which these numbers are told. */
export const runsOf = (told: ReadonlyArray<Told>): ReadonlyArray<RunMeasures> => told.map(runOf)

/** A run without a rollout. */
export const undisturbed = (told: Told): RunMeasures => ({
  ...runOf({ recoveryMs: null, ...told }),
  rollouts: []
})

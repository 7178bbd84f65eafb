import type { Fates, Summary } from "@ebb/core/domain/Measures"
import type { Difference, ModeReport } from "../report/RehearsalReport.ts"
import type { RunMeasures, Timeline, Windows } from "./RunMeasures.ts"
import type { Mode } from "../spec/SpecSchema.ts"
import { type Estimate, estimate, pairedDifference, quantile } from "./Statistics.ts"

/** The runs of one mode, in order of their seeds. */
export type Runs = ReadonlyArray<RunMeasures>

type Pick = (run: RunMeasures) => number | null | undefined

const count = (runs: Runs, pick: Pick): Estimate | null => estimate(runs.map(pick), true)
const amount = (runs: Runs, pick: Pick): Estimate | null => estimate(runs.map(pick))

const fates = (runs: Runs, of: (run: RunMeasures) => Fates) => ({
  atStart: count(runs, (run) => of(run).atStart),
  drained: count(runs, (run) => of(run).drained),
  errored: count(runs, (run) => of(run).errored),
  retried: count(runs, (run) => of(run).retried),
  cancelled: count(runs, (run) => of(run).cancelled),
  unresolved: count(runs, (run) => of(run).unresolved)
})

const summary = (runs: Runs, of: (run: RunMeasures) => Summary | null) => ({
  mean: amount(runs, (run) => of(run)?.mean),
  p50: amount(runs, (run) => of(run)?.p50),
  p90: amount(runs, (run) => of(run)?.p90),
  p99: amount(runs, (run) => of(run)?.p99),
  max: amount(runs, (run) => of(run)?.max),
  count: count(runs, (run) => of(run)?.count ?? 0)
})

const windows = (runs: Runs, of: (run: RunMeasures) => Windows) => ({
  whole: summary(runs, (run) => of(run).whole),
  before: summary(runs, (run) => of(run).before),
  during: summary(runs, (run) => of(run).during),
  after: summary(runs, (run) => of(run).after)
})

/** One estimate for each key that any run has; a run without it counts 0. */
const byKey = (runs: Runs, of: (run: RunMeasures) => Readonly<Record<string, number>>) => {
  const keys = [...new Set(runs.flatMap((run) => Object.keys(of(run))))].sort()
  return Object.fromEntries(keys.map((key) => [key, count(runs, (run) => of(run)[key] ?? 0)]))
}

type SeriesName = Exclude<keyof Timeline, "stepMs">

const series = (runs: Runs, name: SeriesName) => {
  const length = Math.min(...runs.map(({ timeline }) => timeline[name].length))
  const steps = Array.from({ length }, (_, step) => count(runs, ({ timeline }) => timeline[name][step])!)
  return {
    mean: steps.map((step) => step.mean),
    band: { low: steps.map(({ low }) => low), high: steps.map(({ high }) => high) }
  }
}

const timeline = (runs: Runs): ModeReport["timeline"] => {
  const [slotsReady, inFlight, waiting, errors] = (["slotsReady", "inFlight", "waiting", "errors"] as const).map(
    (name) => series(runs, name)
  )
  return {
    stepMs: runs[0]!.timeline.stepMs,
    slotsReady: slotsReady!.mean,
    inFlight: inFlight!.mean,
    waiting: waiting!.mean,
    errors: errors!.mean,
    band: {
      slotsReady: slotsReady!.band,
      inFlight: inFlight!.band,
      waiting: waiting!.band,
      errors: errors!.band
    }
  }
}

const rollout = (runs: Runs, index: number): ModeReport["rollouts"][number] => {
  const first = runs.find((run) => run.rollouts[index] !== undefined)!.rollouts[index]!
  const of = (run: RunMeasures) => run.rollouts[index]
  const duration: Pick = (run) => {
    const at = of(run)
    return at === undefined || at.finishedAtMs === null ? null : at.finishedAtMs - at.startedAtMs
  }
  return {
    mode: first.mode,
    order: first.order,
    startedAtMs: amount(runs, (run) => of(run)?.startedAtMs)!.mean,
    finished: runs.filter((run) => of(run)?.state === "finished").length,
    durationMs: amount(runs, duration),
    runners: count(runs, (run) => of(run)?.runners.length),
    atStart: count(runs, (run) => of(run)?.inFlight.atStart),
    drained: count(runs, (run) => of(run)?.inFlight.drained),
    errored: count(runs, (run) => of(run)?.inFlight.errored),
    retried: count(runs, (run) => of(run)?.inFlight.retried),
    graceExceeded: count(runs, (run) => of(run)?.runners.filter(({ graceExceeded }) => graceExceeded).length),
    recoveryMs: amount(runs, (run) => of(run)?.capacity.recoveryMs)
  }
}

const rollouts = (runs: Runs): ModeReport["rollouts"] => {
  const length = Math.max(...runs.map((run) => run.rollouts.length))
  return Array.from({ length }, (_, index) => rollout(runs, index))
}

const graceNeeded = (runs: Runs): ModeReport["graceNeededMs"] => {
  const found = amount(runs, ({ graceNeededMs }) => graceNeededMs)
  if (found === null) return null
  const all = runs.map(({ graceNeededMs }) => graceNeededMs ?? Infinity)
  const [p95, max] = [0.95, 1].map((share) => quantile(all, share))
  return { ...found, p95: finite(p95!), max: finite(max!) }
}

const finite = (value: number): number | null => (value === Infinity ? null : value)

/** Every measure of one mode over its seeds. */
export const modeReport = (mode: Mode, runs: Runs): ModeReport => ({
  mode,
  requests: {
    accepted: count(runs, ({ requests }) => requests.accepted),
    completed: count(runs, ({ requests }) => requests.completed),
    errored: count(runs, ({ requests }) => requests.errored),
    cancelled: count(runs, ({ requests }) => requests.cancelled),
    pending: count(runs, ({ requests }) => requests.pending)
  },
  inFlight: {
    ...fates(runs, ({ inFlight }) => inFlight),
    direct: fates(runs, ({ inFlight }) => inFlight.direct),
    queued: fates(runs, ({ inFlight }) => inFlight.queued)
  },
  errorsByType: byKey(runs, ({ errorsByType }) => errorsByType),
  latencyMs: windows(runs, ({ latencyMs }) => latencyMs),
  queueWaitMs: windows(runs, ({ queueWaitMs }) => queueWaitMs),
  capacity: {
    slotsReadyBefore: count(runs, ({ capacity }) => capacity.slotsReadyBefore),
    slotsReadyLowest: count(runs, ({ capacity }) => capacity.slotsReadyLowest),
    recoveryMs: amount(runs, ({ capacity }) => capacity.recoveryMs)
  },
  graceNeededMs: graceNeeded(runs),
  coldStarts: count(runs, ({ coldStarts }) => coldStarts),
  runnerSeconds: {
    billable: amount(runs, ({ runnerSeconds }) => runnerSeconds.billable),
    byState: byKey(runs, ({ runnerSeconds }) => runnerSeconds.byState)
  },
  cost: {
    amount: amount(runs, ({ cost }) => cost.amount),
    currency: runs[0]!.cost.currency,
    ratePerHour: runs[0]!.cost.ratePerHour
  },
  rollouts: rollouts(runs),
  timeline: timeline(runs)
})

/** The measures whose differences between modes are reported, by their path. */
export const headlines: ReadonlyArray<readonly [path: string, pick: Pick]> = [
  ["requests.errored", ({ requests }) => requests.errored],
  ["inFlight.retried", ({ inFlight }) => inFlight.retried],
  ["latencyMs.during.p50", ({ latencyMs }) => latencyMs.during?.p50],
  ["latencyMs.during.p99", ({ latencyMs }) => latencyMs.during?.p99],
  ["queueWaitMs.during.p99", ({ queueWaitMs }) => queueWaitMs.during?.p99],
  ["capacity.slotsReadyLowest", ({ capacity }) => capacity.slotsReadyLowest],
  ["capacity.recoveryMs", ({ capacity }) => capacity.recoveryMs],
  ["runnerSeconds.billable", ({ runnerSeconds }) => runnerSeconds.billable],
  ["cost.amount", ({ cost }) => cost.amount]
]

/** The runs of each mode, paired by seed. */
export type RunsByMode = ReadonlyMap<Mode, Runs>

/** Each mode minus none, and force minus graceful, paired by seed. */
export const differences = (runs: RunsByMode): ReadonlyArray<Difference> => {
  const pairs: Array<readonly [Mode, Mode]> = [...runs.keys()].filter((mode) => mode !== "none").map((m) => [m, "none"])
  pairs.push(["force", "graceful"])
  return pairs.flatMap(([mode, minus]) => difference(runs, mode, minus))
}

const difference = (runs: RunsByMode, mode: Mode, minus: Mode): ReadonlyArray<Difference> => {
  const [a, b] = [runs.get(mode), runs.get(minus)]
  if (a === undefined || b === undefined) return []
  return headlines.flatMap(([measure, pick]) => {
    const found = pairedDifference(a.map(pick), b.map(pick))
    return found === null ? [] : [{ mode, minus, measure, ...found }]
  })
}

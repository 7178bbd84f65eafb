import type { Difference, ModeReport, Stability } from "./ModeReport.ts"
import { type MeasurePath, measures, type Tree, tree } from "./Measures.ts"
import { rolloutOf, type RunMeasures } from "./RunMeasures.ts"
import type { Timeline } from "./RunMeter.ts"
import type { Mode } from "../spec/SpecSchema.ts"
import { saturationOf } from "./Stability.ts"
import { type Estimate, estimate, estimateOfAll, pairedDifference, quantile } from "./Statistics.ts"

/** The runs of one mode, in order of their seeds. */
export type Runs = ReadonlyArray<RunMeasures>

type Pick = (run: RunMeasures) => number | null | undefined

const over = (runs: Runs, pick: Pick): Estimate | null => estimate(runs.map(pick))

/** One estimate for each key that any run has; a run without it counts 0. */
const byKey = (runs: Runs, of: (run: RunMeasures) => Readonly<Record<string, number>>) => {
  const keys = [...new Set(runs.flatMap((run) => Object.keys(of(run))))].sort()
  return Object.fromEntries(keys.map((key) => [key, over(runs, (run) => of(run)[key] ?? 0)]))
}

type SeriesName = Exclude<keyof Timeline, "stepMs">

/** One row of numbers is filled anew for each step: a page draws this again and again while the seeds come in. */
const series = (runs: Runs, name: SeriesName) => {
  const all = runs.map(({ timeline }) => timeline[name])
  const length = Math.min(...all.map((steps) => steps.length))
  const row = new Float64Array(all.length)
  const steps = Array.from({ length }, (_, step) => {
    for (let seed = 0; seed < all.length; seed++) row[seed] = all[seed]![step]!
    return estimateOfAll(row)
  })
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
  const of = (run: RunMeasures) => rolloutOf(run, index)
  const escalation = (run: RunMeasures) => run.escalations.find((one) => one.index === index)
  const first = runs.map(of).find((one) => one !== undefined)
  const duration: Pick = (run) => {
    const at = of(run)
    return at === undefined || at.finishedAtMs === null ? null : at.finishedAtMs - at.startedAtMs
  }
  return {
    // Force alone escalates.
    mode: first?.mode ?? "force",
    order: first?.order ?? null,
    startedAtMs: over(runs, (run) => of(run)?.startedAtMs ?? escalation(run)?.atMs)!.mean,
    finished: runs.filter((run) => of(run)?.state === "finished").length,
    escalated: runs.filter((run) => escalation(run) !== undefined).length,
    durationMs: over(runs, duration),
    runners: over(runs, (run) => of(run)?.runners.length),
    running: over(runs, (run) => of(run)?.runners.filter(({ stateAtStart }) => stateAtStart === "RUNNING").length),
    atStart: over(runs, (run) => of(run)?.inFlight.atStart),
    drained: over(runs, (run) => of(run)?.inFlight.drained),
    errored: over(runs, (run) => of(run)?.inFlight.errored),
    retried: over(runs, (run) => of(run)?.inFlight.retried),
    graceExceeded: over(runs, (run) => of(run)?.runners.filter(({ graceExceeded }) => graceExceeded).length),
    recoveryMs: over(runs, (run) => of(run)?.capacity.recoveryMs)
  }
}

const rollouts = (runs: Runs): ModeReport["rollouts"] => {
  const length = Math.max(...runs.map((run) => run.rollouts.length + run.escalations.length))
  return Array.from({ length }, (_, index) => rollout(runs, index))
}

const graceNeeded = (runs: Runs): ModeReport["graceNeededMs"] => {
  const found = over(runs, ({ graceNeededMs }) => graceNeededMs)
  if (found === null) return null
  const all = runs.map(({ graceNeededMs }) => graceNeededMs ?? Infinity)
  const [p95, max] = [0.95, 1].map((share) => quantile(all, share))
  return { ...found, p95: finite(p95!), max: finite(max!) }
}

const finite = (value: number): number | null => (value === Infinity ? null : value)

const stability = (runs: Runs): Stability => {
  const all = runs.map(saturationOf)
  const found = all.filter((each) => each !== null).length
  const sinceMs = estimate(all.map((each) => each?.sinceMs))
  const { rolloutAtMs, timeline } = runs[0]!
  // The timeline tells it to a step.
  const hasBegunBefore = sinceMs !== null && sinceMs.mean < rolloutAtMs - timeline.stepMs
  return {
    state: found === 0 ? "stable" : found === runs.length ? "saturated" : "partly saturated",
    runs: found,
    sinceMs,
    growthPerMinute: estimate(all.map((each) => each?.growthPerMinute)),
    meaningless: found === 0 ? [] : ["whole", ...(hasBegunBefore ? (["before"] as const) : []), "during", "after"]
  }
}

const measured = (runs: Runs) => tree(({ pick }) => estimate(runs.map(pick))) as Tree<MeasurePath, Estimate | null>

/** Every measure of one mode over its seeds. */
export const modeReport = (mode: Mode, runs: Runs): ModeReport => {
  const all = measured(runs)
  const { currency, ratePerHour } = runs[0]!.cost
  return {
    mode,
    ...all,
    errorsByType: byKey(runs, ({ errorsByType }) => errorsByType),
    graceNeededMs: graceNeeded(runs),
    runnerSeconds: { ...all.runnerSeconds, byState: byKey(runs, ({ runnerSeconds }) => runnerSeconds.byState) },
    cost: { ...all.cost, currency, ratePerHour },
    stability: stability(runs),
    rollouts: rollouts(runs),
    timeline: timeline(runs)
  }
}

/** The runs of each mode, paired by seed. */
export type RunsByMode = ReadonlyMap<Mode, Runs>

/** Each mode minus none, and force minus graceful, paired by seed. */
export const differences = (runs: RunsByMode): ReadonlyArray<Difference> => {
  const pairs: Array<readonly [Mode, Mode]> = [...runs.keys()].filter((mode) => mode !== "none").map((m) => [m, "none"])
  pairs.push(["force", "graceful"])
  return pairs.flatMap(([mode, minus]) => difference(runs, mode, minus))
}

/** The measures whose differences between modes are reported. */
const differing = measures.filter(({ isDifference }) => isDifference === true)

const difference = (runs: RunsByMode, mode: Mode, minus: Mode): ReadonlyArray<Difference> => {
  const [a, b] = [runs.get(mode), runs.get(minus)]
  if (a === undefined || b === undefined) return []
  return differing.flatMap(({ path, pick }) => {
    const found = pairedDifference(a.map(pick), b.map(pick))
    return found === null ? [] : [{ mode, minus, measure: path, ...found }]
  })
}

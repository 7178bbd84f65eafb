import { type Estimate, estimate } from "@ebb/sim/measure/Statistics"
import type { RehearsalSpec } from "@ebb/sim/spec/Spec"
import { Effect } from "effect"
import type { OnProgress } from "../OnProgress.ts"
import * as OfSeeds from "../OfSeeds.ts"
import { repeatsRequests } from "../Repeated.ts"
import * as Curve from "./Curve.ts"
import * as Cuts from "./Cuts.ts"
import * as InFlight from "./InFlight.ts"
import { kneeOf } from "./Knee.ts"
import * as Limits from "./Limits.ts"
import { graceSecondsMost, isShown, losses, periodFor, requestsFor, tailIndex } from "./Periods.ts"

/** What is asked. */
export interface GraceSettings {
  /** Grace periods that the curve must have a point at. */
  readonly atSeconds: ReadonlyArray<number>
}

/**
 * A grace period with its loss, as the curve has it and as rollouts at the spec's own moment confirm it. It is about the requests that
 * are answered if they are waited for: one that `request_timeout` ends before no grace period saves.
 */
export interface GracePeriod {
  /** At most that share of those in flight is lost. */
  readonly loss: number
  /** Whether enough requests were seen to tell; where they were too few there is no period. */
  readonly told: boolean
  /** Null where no grace period that may be set is long enough. */
  readonly graceSeconds: number | null
  /** The same for requests of one kind alone and for the worst hour; null where there are none, or no period is long enough. */
  readonly direct: number | null
  readonly queued: number | null
  readonly worstHour: number | null
  /** From which to which period it may be, by the interval of the curve; null beyond what may be set. One seed has no interval: both are null. */
  readonly low: number | null
  readonly high: number | null
  /** Requests that its end cut in rollouts with that period, or a later force of the spec before; null without a rollout in the spec. */
  readonly confirmed: Estimate | null
}

/** The hour of the run in which a rollout loses most. */
export interface WorstHour {
  readonly fromMs: number
  readonly count: Estimate
  readonly share: Estimate
}

/** How long a grace (docs/plan.md). */
export interface Grace {
  /** So many requests were seen in flight; of those that every seed has again, those of one seed. */
  readonly seen: number
  /** Those of them that `request_timeout` ends before they are answered, and their share of those in flight; null: none. */
  readonly timingOut: { readonly seen: number; readonly share: Estimate } | null
  /** Whether every seed has requests of a trace again: then nothing has an interval. */
  readonly repeated: boolean
  readonly curve: ReadonlyArray<Curve.CurvePoint>
  /** Where more seconds begin to save little; null where the curve is straight. */
  readonly knee: number | null
  readonly periods: ReadonlyArray<GracePeriod>
  readonly today: Curve.CurvePoint & {
    readonly confirmed: Estimate | null
    /** What the work that is lost cost; null without a price. */
    readonly lostAmount: Estimate | null
  }
  readonly worstHour: WorstHour | null
  /** Of what is left of requests in flight; null where too few were seen, and where `request_timeout` ends some before. */
  readonly tailIndex: number | null
  readonly limits: ReadonlyArray<Limits.Checked>
}

/** Requests in flight at any look of any seed: without any nothing is known. */
const isEmpty = (runs: ReadonlyArray<InFlight.InFlight>): boolean => runs.every(({ endsInMs }) => endsInMs.length === 0)

/** The knee of what is saved, between no grace and what loses one request in a thousand. */
const kneeIn = (curve: ReadonlyArray<Curve.CurvePoint>, lastSeconds: number): number | null => {
  const within = curve.filter(({ graceSeconds }) => graceSeconds <= lastSeconds)
  return (
    kneeOf(within.map(({ count, graceSeconds, timingOut }) => ({ x: graceSeconds, y: count.mean - timingOut.mean })))
      ?.x ?? null
  )
}

/** So many even steps of the curve there are at least, where a knee may be. */
const kneeSteps = 40

const kneeGrid = (lastSeconds: number): ReadonlyArray<number> => {
  const step = Math.max(1, Math.round(lastSeconds / kneeSteps))
  return Array.from({ length: Math.floor(lastSeconds / step) + 1 }, (_, at) => at * step)
}

const hourMs = 3_600_000
/** From so many hours on it is asked which is the worst. */
const hoursLeast = 2

/** The looks of an hour, as if they were all that there is. */
const withinHour = (spec: RehearsalSpec, run: InFlight.InFlight, hour: number): InFlight.InFlight | null => {
  const looks = run.ends.flatMap((_, look) =>
    Math.floor(InFlight.lookAtMs(spec, look) / hourMs) === hour ? [look] : []
  )
  const [first, last] = [looks[0], looks.at(-1)]
  if (first === undefined || last === undefined) return null
  const [from, to] = [run.ends[first - 1] ?? 0, run.ends[last]!]
  return {
    each: run.each,
    endsInMs: run.endsInMs.slice(from, to),
    isTimingOut: run.isTimingOut.slice(from, to),
    ageMs: run.ageMs.slice(from, to),
    isQueued: run.isQueued.slice(from, to),
    ends: looks.map((look) => run.ends[look]! - from)
  }
}

const worstHourOf = (
  spec: RehearsalSpec,
  runs: ReadonlyArray<InFlight.InFlight>,
  graceSeconds: number,
  isRepeated: boolean
): { readonly hour: WorstHour; readonly runs: ReadonlyArray<InFlight.InFlight> } | null => {
  const hours = Math.ceil(spec.run.forMs / hourMs)
  if (spec.run.forMs < hoursLeast * hourMs) return null
  const found = Array.from({ length: hours }, (_, hour) => {
    const within = runs.map((run) => withinHour(spec, run, hour)).filter((run) => run !== null)
    if (within.length === 0) return []
    const { count, share } = Curve.pointAt(within, graceSeconds, isRepeated)
    return [{ hour: { fromMs: hour * hourMs, count, share }, runs: within }]
  }).flat()
  return found.reduce<(typeof found)[number] | null>(
    (worst, each) => (worst === null || each.hour.count.mean > worst.hour.count.mean ? each : worst),
    null
  )
}

/** The requests of one kind. */
const ofKind = (runs: ReadonlyArray<InFlight.InFlight>, isQueued: 0 | 1): ReadonlyArray<InFlight.InFlight> =>
  runs.map((run) => InFlight.only(run, (at) => run.isQueued[at] === isQueued))

/** Those that are answered if they are waited for. */
const answeredOf = (runs: ReadonlyArray<InFlight.InFlight>): ReadonlyArray<InFlight.InFlight> =>
  runs.map((run) => InFlight.only(run, (at) => run.isTimingOut[at] === 0))

/** What is left of requests, in order, and how many they are. */
const sampleOf = (runs: ReadonlyArray<InFlight.InFlight>, everyMs: number, isRepeated: boolean) => ({
  sorted: Curve.allEndsInMs(runs),
  requests: InFlight.tellingIn(runs, everyMs, isRepeated)
})

const periodsOf = (
  runs: ReadonlyArray<InFlight.InFlight>,
  worst: ReadonlyArray<InFlight.InFlight>,
  everyMs: number,
  isRepeated: boolean
) => {
  const kinds = [runs, ofKind(runs, 0), ofKind(runs, 1), worst]
  const samples = kinds.map((those) => sampleOf(those, everyMs, isRepeated))
  return losses.map((loss) => {
    const isTold = ({ requests }: (typeof samples)[number]): boolean => loss === 0 || requests >= requestsFor(loss)
    const [graceSeconds, direct, queued, worstHour] = samples.map((sample) =>
      sample.sorted.length > 0 && isTold(sample) ? periodFor(sample.sorted, loss) : null
    )
    const told = isTold(samples[0]!)
    const hasInterval = told && runs.length > 1 && !isRepeated
    const band = hasInterval ? bandOf(runs, loss, samples[0]!.requests) : { low: null, high: null }
    return { loss, told, graceSeconds: graceSeconds!, direct: direct!, queued: queued!, worstHour: worstHour!, ...band }
  })
}

/** The first whole seconds at which the lower, and the upper, end of the interval is no more than the loss. */
const bandOf = (runs: ReadonlyArray<InFlight.InFlight>, loss: number, requests: number) => {
  const first = (isEnough: (seconds: number) => boolean): number | null => {
    if (!isEnough(graceSecondsMost)) return null
    let [low, high] = [0, graceSecondsMost]
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      if (isEnough(middle)) high = middle
      else low = middle + 1
    }
    return high
  }
  return {
    low: first((seconds) => Curve.shareAt(runs, seconds).low <= loss),
    high: first((seconds) => {
      const { high, mean } = Curve.shareAt(runs, seconds)
      // Runs that lose none have an interval of no width, however few requests they saw.
      return high <= loss && (loss === 0 || isShown(mean * requests, requests, loss))
    })
  }
}

/** The period that loses the least share that can be told; null where none can. */
export const advised = <Period extends Pick<GracePeriod, "loss" | "told">>(
  periods: ReadonlyArray<Period>
): Period | null => periods.findLast(({ loss, told }) => told && loss > 0) ?? null

const limitsOf = (spec: RehearsalSpec, periods: ReadonlyArray<Omit<GracePeriod, "confirmed">>) => {
  const best = advised(periods)
  const checked = Limits.check(spec, best?.graceSeconds ?? null)
  // Of requests that nobody has seen it is not known whether a period covers them.
  return best === null ? checked.filter(({ rule }) => rule !== Limits.ceilingRule) : checked
}

const timingOutIn = (runs: ReadonlyArray<InFlight.InFlight>, seen: number, isRepeated: boolean): Grace["timingOut"] => {
  const share = Curve.shareTimingOut(runs, isRepeated)
  return share.mean === 0 ? null : { seen, share }
}

/** How long a grace: what each would lose, and what loses little enough; null where nothing is ever in flight. */
export const plan = Effect.fnUntraced(function* (
  spec: RehearsalSpec,
  { atSeconds }: GraceSettings,
  onProgress: OnProgress = () => {}
) {
  const runs = yield* OfSeeds.run(InFlight.task, spec, (seed) => seed, InFlight.looks, onProgress)
  if (isEmpty(runs)) return null
  const answered = answeredOf(runs)
  const todaySeconds = spec.app.revision.gracePeriodSeconds
  const repeated = repeatsRequests(spec)
  const worst = worstHourOf(spec, runs, todaySeconds, repeated)
  const everyMs = InFlight.lookEveryMs(spec)
  const periods = periodsOf(answered, answeredOf(worst?.runs ?? []), everyMs, repeated)
  const candidates = periods.flatMap(({ graceSeconds }) => (graceSeconds === null ? [] : [graceSeconds]))
  const nearlyAll = periodFor(Curve.allEndsInMs(answered), 0.001) ?? graceSecondsMost
  const sorted = Curve.allEndsInMs(runs)
  const grid = Curve.gridOf(sorted, [...kneeGrid(nearlyAll), ...atSeconds, ...candidates, todaySeconds])
  const curve = grid.map((seconds) => Curve.pointAt(runs, seconds, repeated))
  const seen = InFlight.tellingIn(runs, everyMs, repeated)
  const timingOut = timingOutIn(runs, seen - InFlight.tellingIn(answered, everyMs, repeated), repeated)
  const tried = [...new Set([...candidates, todaySeconds])]
  const rollouts = yield* Cuts.ofSeeds(spec, tried, onProgress)
  const of = (seconds: number | null, pick: (cut: Cuts.Cut) => number | null): Estimate | null =>
    estimate(
      rollouts.map((seed) => {
        const cut = seed.find(({ graceSeconds }) => graceSeconds === seconds)
        return cut === undefined ? null : pick(cut)
      })
    )
  return {
    seen,
    timingOut,
    repeated,
    curve,
    knee: advised(periods) === null ? null : kneeIn(curve, nearlyAll),
    periods: periods.map((period) => ({ ...period, confirmed: of(period.graceSeconds, ({ cut }) => cut) })),
    today: {
      ...Curve.pointAt(runs, todaySeconds, repeated),
      confirmed: of(todaySeconds, ({ cut }) => cut),
      lostAmount: of(todaySeconds, ({ lostAmount }) => lostAmount)
    },
    worstHour: worst?.hour ?? null,
    tailIndex: timingOut === null ? tailIndex(sorted, seen) : null,
    limits: limitsOf(spec, periods)
  } satisfies Grace as Grace
})

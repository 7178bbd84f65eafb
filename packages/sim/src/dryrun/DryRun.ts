import { type Way, ways as wayTable } from "@ebb/core/domain/RolloutWay"
import * as RolloutReports from "@ebb/core/fleet/RolloutReports"
import type { RolloutRecord } from "@ebb/core/tables/Records"
import { Clock, Effect } from "effect"
import type { Estimate } from "../measure/Statistics.ts"
import { forksEnough } from "./ForksEnough.ts"
import { ForkedWorld, type Moment } from "./ForkedWorld.ts"
import * as NextOutcome from "./NextOutcome.ts"

/** The ways that are tried, and for how long. */
export interface DryRunSettings {
  readonly ways: ReadonlyArray<Way>
  /** No further fork is begun after so long, where there are enough to tell something. */
  readonly budgetMs: number
  readonly forksMost: number
  readonly seed: number
}

/** One way of rolling out from the moment on; each number with the interval in which one more outcome lies in 95 % of all cases. */
export interface DryWay {
  readonly mode: Way
  readonly inFlight: {
    readonly atStart: Estimate
    readonly drained: Estimate
    readonly errored: Estimate
    readonly retried: Estimate
    readonly cancelled: Estimate
  }
  /** Of the forks that had as many slots ready as before; null where none had. */
  readonly recoveryMs: Estimate | null
  /** Until they had as many slots as before or, fewer being needed, as many as that; null where none had within the time. */
  readonly enoughMs: Estimate | null
  /** The slots ready in those forks in which fewer were enough, and how many there were before; null where there are no such forks. */
  readonly fewer: { readonly slots: Estimate; readonly before: number } | null
  /** Of the app, until it had enough slots: those in flight, those that waited too long, those that came meanwhile. */
  readonly requestsErrored: Estimate
  /** Why the rollout may not end; null where it ended in every fork. */
  readonly never: string | null
}

export interface DryRun {
  /** Forks of each way, at least. */
  readonly forks: number
  readonly tookMs: number
  readonly ways: ReadonlyArray<DryWay>
}

/** What became of one fork. */
interface Outcome {
  readonly fates: ReturnType<typeof RolloutReports.inFlightOf>
  readonly recoveryMs: number | null
  readonly enoughMs: number | null
  readonly slots: number
  readonly slotsBefore: number
  readonly errored: number
  readonly isFinished: boolean
}

/** A fork is followed so long after the grace period. */
const followMs = 15 * 60_000
/** Events of a fork between two looks at the clock, and how long others wait meanwhile. */
const eventsAtATime = 500
const sliceMs = 10

/** Others may have waited already while this was loaded and copied. */
const breather = Effect.sync(() => {
  let breathAtMs = 0
  return Effect.fnUntraced(function* () {
    if ((yield* Clock.currentTimeMillis) < breathAtMs) return
    yield* Effect.sleep(0)
    breathAtMs = (yield* Clock.currentTimeMillis) + sliceMs
  })
})

/** Its slots are back, or nothing starts and nobody waits: what demand does later is not the rollout's doing (platform rule 8.7). */
const isOver = ({ windowEndMs }: RolloutRecord): boolean => windowEndMs !== null

/** One fork under one way, until the rollout is over and the app has enough slots. */
const follow = Effect.fnUntraced(function* (
  moment: Moment,
  way: Way,
  seed: number,
  breathe: () => Effect.Effect<void>
) {
  yield* breathe()
  const steps = ForkedWorld.from(moment, seed)
  let step = steps.next()
  for (; step.done !== true; step = steps.next()) yield* breathe()
  const world = step.value
  yield* breathe()
  const { force, order } = wayTable[way]
  const record = world.fleet.rollout(moment.nowMs, moment.app, { force, order })[0]!
  const app = world.fleet.state.apps[moment.app]!
  const endMs = moment.nowMs + app.settings.gracePeriodSeconds * 1000 + followMs
  while (!isOver(record) && !world.advance(endMs, eventsAtATime, () => isOver(record))) yield* breathe()
  const { finishedAtMs, recoveredAtMs, slotsReadyBefore, windowEndMs } = record
  const enoughAtMs = recoveredAtMs ?? windowEndMs
  return {
    fates: RolloutReports.inFlightOf(record),
    recoveryMs: recoveredAtMs === null ? null : recoveredAtMs - moment.nowMs,
    enoughMs: enoughAtMs === null ? null : enoughAtMs - moment.nowMs,
    slots: app.slotsReady,
    slotsBefore: slotsReadyBefore,
    errored: world.errored,
    isFinished: finishedAtMs !== null
  } satisfies Outcome as Outcome
})

/** A slow machine or a large Fleet has this many times as long for enough forks, and as long as it takes for the least. */
const patience = 4
const forksLeast = 3

/** Of those that have a value; null where none has. */
const estimateOf = (values: ReadonlyArray<number | null>): Estimate | null => {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : NextOutcome.of(known)
}

const fewerOf = (outcomes: ReadonlyArray<Outcome>): DryWay["fewer"] => {
  const fewer = outcomes.filter(({ enoughMs, recoveryMs }) => recoveryMs === null && enoughMs !== null)
  const slots = estimateOf(fewer.map((outcome) => outcome.slots))
  return slots === null ? null : { slots, before: fewer[0]!.slotsBefore }
}

const wayOf = (mode: Way, outcomes: ReadonlyArray<Outcome>): DryWay => {
  const of = (fate: "atStart" | "drained" | "errored" | "retried" | "cancelled"): Estimate =>
    NextOutcome.of(outcomes.map(({ fates }) => fates[fate]))
  const unfinished = outcomes.filter(({ isFinished }) => !isFinished).length
  const where = unfinished === outcomes.length ? "" : ` in ${unfinished} of ${outcomes.length} forks`
  return {
    mode,
    inFlight: {
      atStart: of("atStart"),
      drained: of("drained"),
      errored: of("errored"),
      retried: of("retried"),
      cancelled: of("cancelled")
    },
    recoveryMs: estimateOf(outcomes.map(({ recoveryMs }) => recoveryMs)),
    enoughMs: estimateOf(outcomes.map(({ enoughMs }) => enoughMs)),
    fewer: fewerOf(outcomes),
    requestsErrored: NextOutcome.of(outcomes.map(({ errored }) => errored)),
    never: unfinished === 0 ? null : `it has not ended a quarter of an hour after the grace period${where}`
  }
}

/** Forks of each way in turn, until time is up. */
export const run = Effect.fnUntraced(function* (moment: Moment, settings: DryRunSettings) {
  const startMs = yield* Clock.currentTimeMillis
  const breathe = yield* breather
  const outcomes = new Map(settings.ways.map((way) => [way, new Array<Outcome>()]))
  let forks = 0
  const isTimeUp = Effect.map(Clock.currentTimeMillis, (nowMs) => {
    if (forks < forksLeast) return false
    return nowMs - startMs >= settings.budgetMs * (forks < forksEnough ? patience : 1)
  })
  while (forks < settings.forksMost && !(yield* isTimeUp)) {
    for (const way of settings.ways) outcomes.get(way)!.push(yield* follow(moment, way, settings.seed + forks, breathe))
    forks++
  }
  return {
    forks,
    tookMs: (yield* Clock.currentTimeMillis) - startMs,
    ways: [...outcomes].map(([way, own]) => wayOf(way, own))
  } satisfies DryRun as DryRun
})

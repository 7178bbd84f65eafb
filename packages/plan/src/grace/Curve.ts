import { type Estimate, estimate, ratio } from "@ebb/sim/measure/Statistics"
import type { InFlight } from "./InFlight.ts"

/** What a rollout loses with a grace period, by when it is begun at any moment. */
export interface CurvePoint {
  readonly graceSeconds: number
  /** Of the requests in flight. */
  readonly share: Estimate
  readonly count: Estimate
  /** Of the count: those of each kind. */
  readonly direct: Estimate
  readonly queued: Estimate
  /** Of the count: those that `request_timeout` would have ended anyway. */
  readonly timingOut: Estimate
  /** Seconds of work on them that are thrown away. */
  readonly lostWorkSeconds: Estimate
}

/** What one run would lose. */
interface Loss {
  readonly count: number
  readonly direct: number
  readonly queued: number
  readonly timingOut: number
  readonly lostWorkSeconds: number
}

const lossOf = ({ ageMs, each, ends, endsInMs, isQueued, isTimingOut }: InFlight, graceSeconds: number): Loss => {
  const graceMs = graceSeconds * 1000
  let [count, queued, timingOut, lostMs] = [0, 0, 0, 0]
  for (let at = 0; at < endsInMs.length; at++) {
    // What ends with the grace period ends in time.
    if (endsInMs[at]! <= graceMs) continue
    count++
    queued += isQueued[at]!
    timingOut += isTimingOut[at]!
    lostMs += ageMs[at]! + graceMs
  }
  const perLook = (sum: number): number => (sum * each) / ends.length
  return {
    count: perLook(count),
    direct: perLook(count - queued),
    queued: perLook(queued),
    timingOut: perLook(timingOut),
    lostWorkSeconds: perLook(lostMs / 1000)
  }
}

const none: Estimate = { mean: 0, low: 0, high: 0, n: 0 }

/** Runs of the same requests are one sample, which has no interval. */
const told = (found: Estimate, isRepeated: boolean): Estimate =>
  isRepeated && found.n > 0 ? { mean: found.mean, low: found.mean, high: found.mean, n: 1 } : found

/** The point of a grace period: its mean over the runs, with the interval of that mean unless they repeat the same requests. */
export const pointAt = (runs: ReadonlyArray<InFlight>, graceSeconds: number, isRepeated = false): CurvePoint => {
  const losses = runs.map((run) => lossOf(run, graceSeconds))
  const over = (of: (loss: Loss) => number): Estimate => told(estimate(losses.map(of)) ?? none, isRepeated)
  return {
    graceSeconds,
    share: told(shareAt(runs, graceSeconds), isRepeated),
    count: over(({ count }) => count),
    direct: over(({ direct }) => direct),
    queued: over(({ queued }) => queued),
    timingOut: over(({ timingOut }) => timingOut),
    lostWorkSeconds: over(({ lostWorkSeconds }) => lostWorkSeconds)
  }
}

/** What a rollout at any look of one run finds in flight, and what of it a grace period cuts. */
export interface Found {
  readonly inFlight: number
  readonly cut: number
}

export const foundIn = ({ each, ends, endsInMs }: InFlight, graceSeconds: number): Found => {
  let cut = 0
  for (const ms of endsInMs) if (ms > graceSeconds * 1000) cut++
  return { inFlight: (endsInMs.length * each) / ends.length, cut: (cut * each) / ends.length }
}

/** The share that is cut over all runs; null where nothing was in flight. */
export const shareOf = (found: ReadonlyArray<Found>): Estimate | null =>
  ratio(
    found.map(({ cut }) => cut),
    found.map(({ inFlight }) => inFlight)
  )

/** The share of the requests in flight alone, for those that look for a period. */
export const shareAt = (runs: ReadonlyArray<InFlight>, graceSeconds: number): Estimate =>
  shareOf(runs.map((run) => foundIn(run, graceSeconds))) ?? none

/** Of the requests in flight: those that `request_timeout` ends before they are answered. */
export const shareTimingOut = (runs: ReadonlyArray<InFlight>, isRepeated: boolean): Estimate => {
  const found = runs.map(({ each, ends, isTimingOut }) => ({
    inFlight: (isTimingOut.length * each) / ends.length,
    cut: (isTimingOut.reduce((sum, one) => sum + one, 0) * each) / ends.length
  }))
  return told(shareOf(found) ?? none, isRepeated)
}

/** How soon any request that was seen ends, in order. */
export const allEndsInMs = (runs: ReadonlyArray<InFlight>): Float64Array => {
  const all = new Float64Array(runs.reduce((sum, { endsInMs }) => sum + endsInMs.length, 0))
  let at = 0
  for (const { endsInMs } of runs) {
    all.set(endsInMs, at)
    at += endsInMs.length
  }
  return all.sort()
}

/** Grace periods that the curve is drawn at, in seconds. */
const steps = [0, 1, 2, 3, 4, 5, 7, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600, 900, 1800, 3600]

/** Up to the first step that loses nothing, and those that are asked for. */
export const gridOf = (sorted: Float64Array, asked: ReadonlyArray<number>): ReadonlyArray<number> => {
  const mostSeconds = (sorted.at(-1) ?? 0) / 1000
  const enough = steps.findIndex((seconds) => seconds >= mostSeconds)
  const drawn = enough < 0 ? steps : steps.slice(0, enough + 1)
  return [...new Set([...drawn, ...asked])].sort((a, b) => a - b)
}

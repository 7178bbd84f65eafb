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
  /** Seconds of work on them that are thrown away. */
  readonly lostWorkSeconds: Estimate
}

/** What one run would lose. */
interface Loss {
  readonly count: number
  readonly direct: number
  readonly queued: number
  readonly lostWorkSeconds: number
}

const lossOf = ({ ageMs, each, ends, isQueued, remainingMs }: InFlight, graceSeconds: number): Loss => {
  const graceMs = graceSeconds * 1000
  let [count, queued, lostMs] = [0, 0, 0]
  for (let at = 0; at < remainingMs.length; at++) {
    // What ends with the grace period is answered in time.
    if (remainingMs[at]! <= graceMs) continue
    count++
    queued += isQueued[at]!
    lostMs += ageMs[at]! + graceMs
  }
  const perLook = (sum: number): number => (sum * each) / ends.length
  return {
    count: perLook(count),
    direct: perLook(count - queued),
    queued: perLook(queued),
    lostWorkSeconds: perLook(lostMs / 1000)
  }
}

const none: Estimate = { mean: 0, low: 0, high: 0, n: 0 }

/** Runs of the same requests are one sample, which has no interval. */
const ofOne = ({ mean }: Estimate): Estimate => ({ mean, low: mean, high: mean, n: 1 })

/** The point of a grace period: its mean over the runs, with the interval of that mean unless they repeat the same requests. */
export const pointAt = (runs: ReadonlyArray<InFlight>, graceSeconds: number, isRepeated = false): CurvePoint => {
  const losses = runs.map((run) => lossOf(run, graceSeconds))
  const told = (found: Estimate): Estimate => (isRepeated && found.n > 0 ? ofOne(found) : found)
  const over = (of: (loss: Loss) => number): Estimate => told(estimate(losses.map(of)) ?? none)
  return {
    graceSeconds,
    share: told(shareAt(runs, graceSeconds)),
    count: over(({ count }) => count),
    direct: over(({ direct }) => direct),
    queued: over(({ queued }) => queued),
    lostWorkSeconds: over(({ lostWorkSeconds }) => lostWorkSeconds)
  }
}

/** What a rollout at any look of one run finds in flight, and what of it a grace period cuts. */
export interface Found {
  readonly inFlight: number
  readonly cut: number
}

export const foundIn = ({ each, ends, remainingMs }: InFlight, graceSeconds: number): Found => {
  let cut = 0
  for (const ms of remainingMs) if (ms > graceSeconds * 1000) cut++
  return { inFlight: (remainingMs.length * each) / ends.length, cut: (cut * each) / ends.length }
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

/** All that was seen to be left of any request, in order. */
export const remaining = (runs: ReadonlyArray<InFlight>): Float64Array => {
  const all = new Float64Array(runs.reduce((sum, { remainingMs }) => sum + remainingMs.length, 0))
  let at = 0
  for (const { remainingMs } of runs) {
    all.set(remainingMs, at)
    at += remainingMs.length
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

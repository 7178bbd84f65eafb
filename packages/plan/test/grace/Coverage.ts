import * as Curve from "@ebb/plan/grace/Curve"
import * as InFlight from "@ebb/plan/grace/InFlight"
import { Effect } from "effect"
import { idle, type tails } from "./Residual.ts"

/** Grace periods at which a curve is held against theory, in seconds. */
const graceSeconds = [0.5, 1, 2, 3, 4, 5, 7, 10, 15, 20]

/** How many curves of how many seeds each. */
export interface Asked {
  readonly curves: number
  readonly seeds: number
  readonly onCurve?: (curve: number) => void
}

/** Of the points of many curves, those whose 95 % interval has the theory in it; points where theory is 0 are not counted. */
interface Counts {
  points: number
  covered: number
  /** Of each curve, how many of its points miss: the points of one curve stand and fall together. */
  readonly misses: Array<number>
}

/** Curves of one kind of service, each from seeds of its own. */
export const of = Effect.fnUntraced(function* (
  { service, tail }: (typeof tails)[keyof typeof tails],
  { curves, onCurve = () => {}, seeds }: Asked
) {
  const counts: Counts = { points: 0, covered: 0, misses: [] }
  for (let curve = 0; curve < curves; curve++) {
    const own = Array.from({ length: seeds }, (_, index) => 1 + curve * seeds + index)
    const runs = yield* Effect.forEach(own, (seed) => InFlight.task.run(idle(service), seed, () => {}))
    let misses = 0
    for (const seconds of graceSeconds) {
      const truth = tail(seconds)
      if (truth === 0) continue
      const { high, low } = Curve.shareAt(runs, seconds)
      counts.points++
      if (low <= truth && truth <= high) counts.covered++
      else misses++
    }
    counts.misses.push(misses)
    onCurve(curve + 1)
  }
  return counts
})

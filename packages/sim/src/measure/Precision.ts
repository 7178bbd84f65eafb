import type { RunsByMode } from "./Aggregate.ts"
import { measures } from "./Measures.ts"
import { estimate } from "./Statistics.ts"

/** Whether the half-width of every measure that has a floor is at most P times the measure or that floor. */
export const isReached = (runs: RunsByMode, precision: number): boolean =>
  measures.every(({ pick, precisionFloor }) => {
    if (precisionFloor === undefined) return true
    return [...runs.values()].every((own) => {
      const found = estimate(own.map(pick))
      if (found === null) return true
      return found.n > 1 && found.high - found.mean <= precision * Math.max(Math.abs(found.mean), precisionFloor)
    })
  })

import { headlines, type RunsByMode } from "./Aggregate.ts"
import { estimate } from "./Statistics.ts"

/** The most seeds that a wanted precision may take. */
export const seedsMax = 1000

/** The headline measures, and below which size a difference does not matter: 1 request, 100 ms, 1 s. */
const floors: Readonly<Record<string, number>> = {
  "requests.errored": 1,
  "latencyMs.during.p99": 100,
  "capacity.recoveryMs": 1000
}

/** Whether the half-width of every headline measure is at most P times the measure or its floor. */
export const isReached = (runs: RunsByMode, precision: number): boolean =>
  headlines.every(([path, pick]) => {
    const floor = floors[path]
    if (floor === undefined) return true
    return [...runs.values()].every((own) => {
      const found = estimate(own.map(pick))
      if (found === null) return true
      return found.n > 1 && found.high - found.mean <= precision * Math.max(Math.abs(found.mean), floor)
    })
  })

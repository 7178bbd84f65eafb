import { Effect } from "effect"
import { assert, it } from "vitest"
import * as Coverage from "./Coverage.ts"
import { tails } from "./Residual.ts"

/** A hundred curves of each kind of service: scripts/graceCoverage.ts. */
it.each(["exponential", "pareto"] as const)(
  "the intervals of a curve have the truth in them about as often as they say: %s service",
  async (name) => {
    const { covered, misses, points } = await Effect.runPromise(Coverage.of(tails[name], { curves: 8, seeds: 6 }))
    assert.strictEqual(points, 80)
    // The points of one curve miss together: of 80 with a chance of 0.95 that is as uncertain as of some 20.
    assert.isAtLeast(covered, 0.8 * points)
    assert.isAtLeast(misses.filter((count) => count === 0).length, 4)
  }
)

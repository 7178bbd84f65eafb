import { Effect } from "effect"
import { assert, it } from "vitest"
import * as Coverage from "./Coverage.ts"

/** 400 plans of a whole day: scripts/coverage.ts. */
it("the intervals have the truth in them about as often as they say", async () => {
  const hourMs = 3_600_000
  const counts = await Effect.runPromise(Coverage.of({ plans: 25, seeds: 8, overMs: hourMs }))
  assert.strictEqual(counts.intervals, 100)
  // Of 100 with a chance of 0.95 fewer than 89 is less than one case in a hundred.
  assert.isAtLeast(counts.covered, 89)
})

import { describe, it } from "vitest"
import fc from "fast-check"
import { play, story } from "./SmallWorld.ts"

describe("the nine invariants", () => {
  it("hold after every input of 2,000 random small worlds", () => {
    fc.assert(
      fc.property(story, (each) => play(each)),
      { numRuns: 2000, seed: 1, endOnFailure: false }
    )
  })
})

import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { Violation } from "./Invariants.ts"
import { mutants } from "./Mutants.ts"
import { play, story } from "./SmallWorld.ts"

describe("the nine invariants", () => {
  it("hold after every input of 2,000 random small worlds", () => {
    fc.assert(
      fc.property(story, (each) => play(each)),
      { numRuns: 2000, seed: 1 }
    )
  })

  for (const [invariant, make] of mutants) {
    it(`catch a Fleet that breaks invariant ${invariant}`, () => {
      const found = fc.check(
        fc.property(story, (each) => play(each, make)),
        { numRuns: 2000, seed: 1, endOnFailure: true }
      )
      expect(found.failed).toBe(true)
      expect(found.errorInstance).toBeInstanceOf(Violation)
      expect((found.errorInstance as Violation).invariant).toBe(invariant)
    })
  }
})

import type { Request } from "@ebb/core/tables/Records"
import { SortedBy, SortedRequests } from "@ebb/core/tables/RequestLists"
import fc from "fast-check"
import { assert, it } from "vitest"

/** Only what a list looks at. */
const requestOf = (number: number): Request => ({ number, deadlineMs: 0, prev: null, next: null }) as Request

it("a place in a lane is the number of those before it, whatever came and went since it was first asked for", () => {
  const step = fc.record({ number: fc.nat(2000), leaves: fc.boolean() })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), fc.nat(299), (steps, firstAskedAt) => {
      const lane = new SortedRequests(SortedBy.acceptance)
      const inside = new Map<number, Request>()
      steps.forEach(({ leaves, number }, at) => {
        const there = inside.get(number)
        if (there === undefined) {
          const request = requestOf(number)
          inside.set(number, request)
          lane.insert(request)
        } else if (leaves) {
          inside.delete(number)
          lane.remove(there)
        }
        if (at < firstAskedAt) return
        const numbers = [...inside.keys()].toSorted((a, b) => a - b)
        for (const one of numbers) assert.strictEqual(lane.ahead(inside.get(one)!), numbers.indexOf(one))
        for (const one of [0, number, 2001]) {
          assert.strictEqual(lane.before(one), numbers.filter((other) => other < one).length)
        }
      })
    }),
    { numRuns: 50 }
  )
})

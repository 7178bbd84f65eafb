import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { type Seen, Violation } from "./Violation.ts"
import { mutants } from "./Mutants.ts"
import { play, soundFleet } from "./SmallWorld.ts"
import { story } from "./Story.ts"

const settled = (errorType: string): string => `settled: ${errorType}`

/** Without these the invariants would hold for want of an occasion. */
const interesting = [
  ...[
    "PENDING",
    "DOCKER_PULL",
    "SETUP",
    "FAILURE_DELAY",
    "IDLE",
    "RUNNING",
    "DRAINING",
    "TERMINATING",
    "TERMINATED"
  ].map((state) => `runner ${state}`),
  ...["stop_first", "replace_first", "force", "begun", "escalated", "finished", "recovered"].map(
    (what) => `rollout ${what}`
  ),
  "force with requests in flight",
  "killed in several inputs",
  "told in a later input",
  "grace exceeded",
  "sent again",
  "sent to a marked runner",
  "dead timer",
  "deploy switched",
  "deploy aborted",
  "check",
  "cancel in flight",
  "closed 1011",
  "closed 1012",
  ...["none", "request_timeout", "startup_timeout", "runner_scheduling_failure", "runner_disconnected"].map(settled),
  ...["client_cancelled", "client_disconnected", "runner_incomplete_response", "runner_server_error"].map(settled)
]

describe("the nine invariants", () => {
  it("hold after every input of 2,000 random small worlds, in which a great deal happens", () => {
    const seen: Seen = new Map()
    fc.assert(
      fc.property(story, (each) => play(each, soundFleet, seen)),
      { numRuns: 2000, seed: 1 }
    )
    expect(seen.get("input")).toBeGreaterThan(200_000)
    expect(interesting.filter((what) => (seen.get(what) ?? 0) < 20)).toEqual([])
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

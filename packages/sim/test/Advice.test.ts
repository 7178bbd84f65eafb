import { advise } from "@ebb/sim/report/Advice"
import type { RunsByMode } from "@ebb/sim/measure/Aggregate"
import type { Mode } from "@ebb/sim/spec/Spec"
import { assert, describe, it } from "vitest"
import { runsOf, type Told, undisturbed } from "./Runs.ts"

const five = [0, 1, 2, 3, 4]

/** Five seeds of each mode; a function tells of a seed what is different in it. */
const rehearsed = (told: Partial<Record<Exclude<Mode, "none">, (seed: number) => Told>>): RunsByMode =>
  new Map<Mode, ReturnType<typeof runsOf>>([
    ["none", five.map((seed) => undisturbed({ errored: seed }))],
    ...Object.entries(told).map(([mode, of]) => [mode as Mode, runsOf(five.map(of))] as const)
  ])

const adviceOn = (told: Parameters<typeof rehearsed>[0]) => advise(rehearsed(told))!

/** Errors that any run has, and so many more. */
const errors = (more: number) => (seed: number) => ({ errored: seed + more })

describe("the advice", () => {
  it("is the mode with the fewest errors, whatever else it takes", () => {
    const { because, mode } = adviceOn({
      graceful: (seed) => ({ errored: seed, recoveryMs: 300_000, cost: 50 }),
      force: (seed) => ({ errored: seed + 7 + (seed % 2), recoveryMs: 1000, cost: 1 })
    })
    assert.strictEqual(mode, "graceful")
    assert.strictEqual(because, "Stopping first costs no errors where force costs 7.4.")
  })

  it("takes no difference that may be chance: then the shorter recovery decides", () => {
    // On average 0.6 fewer errors, give or take 1.9.
    const noise = [0, -3, 1, 0, -1]
    const { because, mode } = adviceOn({
      graceful: (seed) => ({ errored: seed + 3 + noise[seed]!, recoveryMs: 120_000 + seed, p99: 9000 }),
      force: (seed) => ({ errored: seed + 3, recoveryMs: 20_000 + seed, p99: 4000 })
    })
    assert.strictEqual(mode, "force")
    assert.strictEqual(
      because,
      "Force has its slots back after 20.0 s where stopping first has them back after 2 min " +
        "(p99 meanwhile 4.0 s against 9.0 s, errors 3 against 2.4)."
    )
  })

  it("says so where errors that it had more may be chance", () => {
    const { because, mode } = adviceOn({
      graceful: (seed) => ({ errored: seed, cost: 4 }),
      force: (seed) => ({ errored: seed + (seed === 1 ? 20 : 0), cost: 3 })
    })
    assert.strictEqual(mode, "force")
    assert.include(
      because,
      "; its errors, 4 against 0 of stopping first, may be chance in 5 runs: more seeds would tell."
    )
  })

  it("takes errors that a mode has more in each of two runs, whose interval is too wide to tell, for no chance", () => {
    const two = [0, 1]
    const runs: RunsByMode = new Map([
      ["graceful", runsOf(two.map(() => ({ errored: 0, cost: 4 })))],
      ["force", runsOf(two.map((seed) => ({ errored: 7 + 6 * seed, cost: 3 })))]
    ])
    assert.strictEqual(advise(runs)!.mode, "graceful")
  })

  it("prefers, where both is chance, the cheaper", () => {
    const { because, mode } = adviceOn({
      graceful: (seed) => ({ errored: seed, recoveryMs: 1000, cost: 4 + seed }),
      replace: (seed) => ({ errored: seed, recoveryMs: 1000, cost: 3.5 + seed })
    })
    assert.strictEqual(mode, "replace")
    assert.strictEqual(because, "Replacing first costs $5.50 where stopping first costs $6.00.")
  })

  it("says when nothing tells two modes apart, and keeps the first", () => {
    const { because, mode } = adviceOn({ graceful: errors(0), replace: errors(0) })
    assert.strictEqual(mode, "graceful")
    assert.strictEqual(because, "Stopping first does, within the intervals, no better than replacing first.")
  })

  it("is never a mode whose rollout does not get done, though it errs less", () => {
    const { because, mode } = adviceOn({
      replace: (seed) => ({ errored: seed, recoveryMs: 0, finishedAtMs: null }),
      graceful: errors(2)
    })
    assert.strictEqual(mode, "graceful")
    assert.include(because, "Stopping first finishes where replacing first does not in any of 5 runs")
  })

  it("is, of two that err alike, not the one that never recovers", () => {
    const { because, mode } = adviceOn({
      graceful: (seed) => ({ errored: seed, recoveryMs: null }),
      force: (seed) => ({ errored: seed, recoveryMs: 90_000 })
    })
    assert.strictEqual(mode, "force")
    assert.include(because, "Force has its slots back after 1 min 30 s where stopping first never has them back")
  })

  it("counts the runs that never recover, too", () => {
    const { because, mode } = adviceOn({
      graceful: (seed) => ({ errored: seed, recoveryMs: seed === 2 ? null : 60_000 + seed }),
      force: (seed) => ({ errored: seed, recoveryMs: 20_000 + seed })
    })
    assert.strictEqual(mode, "force")
    assert.include(because, "where stopping first has them back after 1 min and never in 1 of 5 runs")
  })

  it("says what the better mode costs more", () => {
    const { because } = adviceOn({
      graceful: (seed) => ({ errored: seed, recoveryMs: 60_000, p99: 5000, cost: 2 }),
      replace: (seed) => ({ errored: seed, recoveryMs: 0, p99: 2000, cost: 2.5 })
    })
    assert.strictEqual(
      because,
      "Replacing first keeps its slots where stopping first has them back after 1 min " +
        "(p99 meanwhile 2.0 s against 5.0 s), for $0.50 more than stopping first."
    )
  })

  it("names the grace period that cuts nothing in any run, and what the second below it cuts", () => {
    const cut = adviceOn({ graceful: (seed) => ({ errored: seed, cut: 3, graceNeededMs: 40_000 + seed * 1000 }) })
    assert.include(cut.because, "; stopping first cut 3 requests at the end of the grace period")
    assert.match(
      cut.because,
      /: a grace period of 44 s cuts none in any of these 5 runs, one of 43 s cuts 3 requests in all of them together\.$/
    )
    const rarely = adviceOn({
      graceful: (seed) => ({ errored: seed, cut: seed === 0 ? 1 : 0, graceNeededMs: 100_000 + seed })
    })
    assert.include(
      rarely.because,
      "; stopping first cut about 1 request in 5 rollouts at the end of the grace period: "
    )
    assert.match(
      rarely.because,
      /: a grace period of 1 min 40 s cuts none in any of these 5 runs, one of 1 min 39 s cuts 1 request in all of them together\.$/
    )
    const none = adviceOn({ graceful: (seed) => ({ errored: seed, cut: 0, graceNeededMs: 60_000 }) })
    assert.notInclude(none.because, "grace period")
  })

  it("names none that a later rollout of the spec, which forces, would cut short", () => {
    const advised = (forcedAfterMs: number): string =>
      adviceOn({ graceful: (seed) => ({ errored: seed, cut: 3, graceNeededMs: 12_000, forcedAfterMs }) }).because
    assert.include(advised(12_000), ": a grace period of 12 s cuts none")
    assert.include(
      advised(8000),
      " of the grace period; a longer grace period may be cut short by the force 8 s after that rollout."
    )
    assert.notInclude(advised(8000), "cuts none")
  })

  it("names none where requests hang, or where it would be longer than one may be", () => {
    const hung = adviceOn({ graceful: (seed) => ({ errored: seed, cut: 3, graceNeededMs: null }) })
    assert.include(hung.because, ", and no grace period would have been long enough: they hang.")
    const some = adviceOn({
      graceful: (seed) => ({ errored: seed, cut: 3, graceNeededMs: seed === 2 ? null : 9000 })
    })
    assert.include(some.because, ", and in 1 of 5 runs no grace period would have been long enough: requests hang.")
    const long = adviceOn({ graceful: (seed) => ({ errored: seed, cut: 1, graceNeededMs: 7_200_000 }) })
    assert.include(long.because, ", and 2 h would have been needed, more than the 1 h that there may be.")
  })

  it("names what decided about each of several", () => {
    const { because } = adviceOn({
      graceful: (seed) => ({ errored: seed, recoveryMs: 60_000 }),
      replace: (seed) => ({ errored: seed, recoveryMs: 0 }),
      force: errors(4)
    })
    assert.match(
      because,
      /^Replacing first costs no errors where force costs 4, and keeps its slots where stopping first has them back/
    )
    assert.lengthOf(because.match(/\.( |$)/g)!, 1, "one sentence")
  })

  it("of one mode says what it costs beyond no rollout, and of none there is no advice", () => {
    const { because, mode } = adviceOn({ force: errors(3) })
    assert.strictEqual(mode, "force")
    assert.strictEqual(because, "Force costs 3 errors more than no rollout and has its slots back after 10.0 s.")
    const alone = advise(new Map([["force", runsOf([{ errored: 4 }])]]))
    assert.strictEqual(alone?.because, "Force costs 4 errors and has its slots back after 10.0 s.")
    assert.isNull(advise(rehearsed({})))
  })
})

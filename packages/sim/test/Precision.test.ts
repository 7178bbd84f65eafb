import * as Experiment from "@ebb/sim/experiment/Experiment"
import { isReached } from "@ebb/sim/measure/Precision"
import type { RehearsalReport } from "@ebb/sim/report/RehearsalReport"
import { seedsMost } from "@ebb/sim/spec/Seeds"
import { Effect } from "effect"
import { assert, describe, it } from "vitest"
import { runsOf, type Told } from "./Runs.ts"
import { specOf } from "./SpecOf.ts"

const reached = (precision: number, ...told: ReadonlyArray<Told>): boolean =>
  isReached(new Map([["graceful", runsOf(told)]]), precision)

describe("a precision is reached", () => {
  // Two seeds that are d apart: the interval is 6.35 d on either side.
  it("when each headline measure is known that well", () => {
    assert.isTrue(reached(0.05, { errored: 1000 }, { errored: 1007 }))
    assert.isFalse(reached(0.05, { errored: 1000 }, { errored: 1009 }))
    assert.isTrue(reached(0.05, { p99: 100_000 }, { p99: 100_700 }))
    assert.isFalse(reached(0.05, { p99: 100_000 }, { p99: 100_900 }))
    assert.isTrue(reached(0.05, { recoveryMs: 100_000 }, { recoveryMs: 100_700 }))
    assert.isFalse(reached(0.05, { recoveryMs: 100_000 }, { recoveryMs: 100_900 }))
  })

  it("at the latest when it is known to that share of 1 request, 100 ms or 1 s", () => {
    assert.isTrue(reached(0.1, { p99: 0 }, { p99: 1.5 }))
    assert.isFalse(reached(0.1, { p99: 0 }, { p99: 1.7 }))
    assert.isTrue(reached(0.1, { recoveryMs: 0 }, { recoveryMs: 15 }))
    assert.isFalse(reached(0.1, { recoveryMs: 0 }, { recoveryMs: 17 }))
    assert.isFalse(reached(0.1, { errored: 0 }, { errored: 1 }))
  })

  it("not by one seed, not by one mode alone, and without regard to what no seed has", () => {
    assert.isFalse(reached(0.5, { errored: 0 }))
    assert.isTrue(reached(0.5, { recoveryMs: null }, { recoveryMs: null }))
    const [good, bad] = [runsOf([{}, {}]), runsOf([{ errored: 0 }, { errored: 9 }])]
    assert.isFalse(isReached(new Map([["graceful", good] as const, ["force", bad] as const]), 0.05))
  })
})

describe("a rehearsal with a precision", () => {
  const spec = (seeds: number) =>
    specOf({
      scaling: { min_concurrency: 2, max_concurrency: 4 },
      traffic: [{ kind: "direct", arrivals: { poisson: "1/s" }, service: { exponential: { mean: "2s" } } }],
      rollouts: [{ at: "1m" }],
      run: { for: "2m", warmup: "10s", seeds, modes: ["force"] }
    })

  const rehearse = (seeds: number, precision?: number): Promise<RehearsalReport> =>
    Effect.runPromise(Experiment.run(spec(seeds), precision === undefined ? {} : { precision }))

  const halfWidth = ({ modes }: RehearsalReport): number => {
    const { high, mean } = modes[0]!.requests.errored!
    return (high - mean) / Math.max(mean, 1)
  }

  it("adds seeds until it is reached, and not one more", async () => {
    const few = await rehearse(4)
    assert.strictEqual(few.seeds, 4)
    assert.isAbove(halfWidth(few), 0.25)
    const enough = await rehearse(4, 0.25)
    assert.isAbove(enough.seeds, 4)
    assert.isBelow(enough.seeds, seedsMost)
    assert.strictEqual(enough.modes[0]!.requests.errored!.n, enough.seeds)
    assert.isAtMost(halfWidth(enough), 0.25)
    const fewer = await rehearse(enough.seeds - 1)
    const runs = await rehearse(enough.seeds)
    assert.deepStrictEqual(runs.modes, enough.modes)
    assert.notDeepEqual(fewer.modes, enough.modes)
    assert.isTrue(headlinesWiden(fewer, 0.25))
  })

  /** Whether some headline measure is not yet known that well. */
  const headlinesWiden = ({ modes: [mode] }: RehearsalReport, precision: number): boolean =>
    (
      [
        [mode!.requests.errored!, 1],
        [mode!.latencyMs.during.p99!, 100],
        [mode!.capacity.recoveryMs!, 1000]
      ] as const
    ).some(([{ high, mean }, floor]) => high - mean > precision * Math.max(mean, floor))

  it("keeps the seeds it was given where they suffice", async () => {
    assert.strictEqual((await rehearse(30, 0.9)).seeds, 30)
  })

  it("gives up at a thousand", async () => {
    const quick = specOf({
      runner: { scheduling: "0s", setup: "0s" },
      traffic: [{ kind: "direct", arrivals: { poisson: "1/s" }, service: { exponential: { mean: "2s" } } }],
      rollouts: [{ at: "5s" }],
      run: { for: "10s", warmup: "0s", seeds: 2, modes: ["force"] }
    })
    let done = 0
    const onProgress = (runs: number, total: number): void => {
      done = runs
      assert.isAtLeast(total, runs)
    }
    const report = await Effect.runPromise(Experiment.run(quick, { precision: 1e-6, onProgress }))
    assert.deepStrictEqual([report.seeds, done], [seedsMost, seedsMost])
  })
})

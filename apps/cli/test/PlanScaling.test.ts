import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, assert, beforeEach, describe, it } from "vitest"
import { run, wordsOf } from "./RunEbb.ts"

let cwd = ""
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "ebb-plan-"))
})
afterEach(() => rmSync(cwd, { recursive: true }))

const ebb = (line: string) => run(wordsOf(`plan scaling ebb.yaml ${line} --jobs 1`), { cwd, env: { COLUMNS: "80" } })

/** The words of what is said, however the lines break. */
const told = async (line: string) => {
  const { code, out } = await ebb(line)
  return { code, out: out.replaceAll(/\s+/g, " ") }
}

const json = async (line: string) => JSON.parse((await ebb(`${line} --json`)).out).scaling

/** A few rollouts in a hundred meet a request that needs more than today's 8 s. */
const tail = `app: { name: a, machine_type: GPU-H100, termination_grace_period: 8s }
scaling: { min_concurrency: 4, max_concurrency: 8 }
traffic: [ { kind: direct, arrivals: { poisson: 0.5/s }, service: { exponential: { mean: 2s } } } ]
run: { for: 6m, seeds: 8, window: 1m, warmup: 2m }
`

const grace = "--let app.termination_grace_period=2s..1m"

describe("an SLO about what hardly ever happens", () => {
  beforeEach(() => writeFileSync(join(cwd, "ebb.yaml"), tail))

  it("keeps to what was found to break no SLO, and says what that leaves open", async () => {
    const { code, out } = await told(`${grace} --slo 'graceful.inFlight.errored < 0.005'`)
    assert.strictEqual(code, 0)
    assert.include(out, "► Set termination_grace_period 32 s instead of 8 s:")
    assert.include(
      out,
      "· Not proven: graceful.inFlight.errored < 0.005: mean 0, 331 seeds. No run of 331 broke it, but up to 0.9 % of runs still may."
    )
    assert.include(out, "· Today's settings do not hold graceful.inFlight.errored < 0.005.")
    assert.include(out, "which do not settle it")
  })

  it("ten runs without an error do not show that there is none", async () => {
    const { chosen, confidence, runs, savedPerHour } = await json(`${grace} --slo 'graceful.inFlight.errored == 0'`)
    assert.deepStrictEqual(chosen.settings, { "app.termination_grace_period": "32s" })
    const [{ holds, unseen, value, verdict }] = chosen.slos
    assert.deepStrictEqual([confidence, holds, verdict, value.n], [null, false, "unbroken", 331])
    assert.approximately(unseen, 3 / 331, 1e-4)
    assert.approximately(savedPerHour, 0, 0.001)
    assert.isBelow(runs, (6 * 1000) / 5)
    const { out } = await told(`${grace} --slo 'graceful.inFlight.errored == 0'`)
    assert.notInclude(out, "95 %")
  })

  it("none of them holds only where a run broke it for each", async () => {
    const { code, out } = await told("--let scaling.min_concurrency=4..6 --slo 'graceful.inFlight.errored == 0'")
    assert.strictEqual(code, 1)
    assert.include(out, "· Does not hold: graceful.inFlight.errored == 0:")
    assert.include(out, "with a probability of 95 % none of them holds.")
    assert.notInclude(out, "runner-up")
    const few = await json("--let scaling.min_concurrency=4..6 --runs 30 --slo 'graceful.inFlight.errored == 0'")
    assert.deepStrictEqual([few.confidence, few.isOutOfRuns, few.chosen.slos[0].verdict], [null, true, "unbroken"])
  })

  it("is told in the time of machines where they have no GPU", async () => {
    const line = `${grace} --set app.machine_type=S --slo 'graceful.inFlight.errored < 0.1'`
    const { out } = await told(line)
    assert.match(out, / an hour .* machine-seconds/)
    assert.notInclude(out, "GPU")
  })

  it("takes no number of seeds, and says what limits the runs", async () => {
    const { code, err } = await ebb(`${grace} --seeds 3 --slo 'graceful.inFlight.errored == 0'`)
    assert.strictEqual(code, 2)
    assert.include(
      err.replaceAll(/\s+/g, " "),
      "plan scaling has no use for --seeds: each candidate gets as many seeds as it takes to tell; limit all runs with --runs"
    )
  })
})

const queued = `app: { name: a, machine_type: GPU-H100, termination_grace_period: 30s }
scaling: { min_concurrency: 4, max_concurrency: 8 }
traffic: [ { kind: queued, arrivals: { poisson: 1/s }, service: { exponential: { mean: 2s } } } ]
run: { for: 30m, seeds: 8, window: 5m }
`

describe("runs that end before anything is known to hold", () => {
  const line = "--let scaling.max_concurrency=3..8 --runs 70 --slo 'graceful.latencyMs.during.p99 < 12s'"
  beforeEach(() => writeFileSync(join(cwd, "ebb.yaml"), queued))

  it("leave the choice to the means so far, which is none to rely on", async () => {
    const { code, out } = await told(line)
    assert.strictEqual(code, 1)
    assert.include(
      out,
      "! No scaling within the bounds is known yet to hold every SLO. By the means so far, set max_concurrency 4 instead of 8:"
    )
    assert.include(out, "· Not known yet: graceful.latencyMs.during.p99 < 12s: mean 11.3 s (")
    assert.include(out, "this is what they show so far; raise --runs to know more.")
    assert.notInclude(out, "►")
  })

  it("do not say that today's settings fail", async () => {
    const { out } = await told(line)
    assert.notInclude(out, "not hold ")
    assert.include(out, "· Not known of today's settings: graceful.latencyMs.during.p99 < 12s: mean 11.0 s (")
    const { today } = await json(line)
    assert.deepStrictEqual([today.slos[0].holds, today.slos[0].verdict], [false, "open"])
  })
})

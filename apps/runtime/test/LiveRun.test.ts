import * as LiveRun from "@ebb/runtime/rehearsal/LiveRun"
import type { RunMeasures } from "@ebb/sim/measure/RunMeasures"
import type { Mode } from "@ebb/sim/spec/Spec"
import * as Simulation from "@ebb/sim/experiment/Simulation"
import * as Spec from "@ebb/sim/spec/Spec"
import { Result } from "effect"
import { mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { isDeepStrictEqual } from "node:util"
import { afterAll, beforeAll, expect, test } from "vitest"

// Runners are busy all the time, a second and more lies between what competes: the clock may run several times as fast.
const text = `
app: { name: live, max_multiplexing: 1, termination_grace_period: 20s }
scaling: { min_concurrency: 2, max_concurrency: 2 }
runner: { scheduling: 1s, setup: 2s, teardown: 1s }
traffic:
  - { kind: direct, arrivals: { poisson: 12/m }, service: 6s }
  - { kind: queued, arrivals: { poisson: 6/m }, service: 4s }
rollouts: [ { at: 30s } ]
run: { for: 60s, warmup: 5s, window: 20s, seeds: 1 }
`
const spec = Result.getOrThrow(Spec.parse(text, { file: "spec", readFile: () => "" }))
const { signal } = new AbortController()
const beforeExit = () => () => {}

// Where the runs of this test, and no others, have their folders.
const folder = mkdtempSync(join(tmpdir(), "ebb-live-test-"))
const { TMPDIR } = process.env
beforeAll(() => {
  process.env["TMPDIR"] = folder
})
afterAll(() => {
  if (TMPDIR === undefined) delete process.env["TMPDIR"]
  else process.env["TMPDIR"] = TMPDIR
  rmSync(folder, { recursive: true })
})

const seen = (run: RunMeasures) => ({
  requests: run.requests,
  errorsByType: run.errorsByType,
  inFlight: run.inFlight,
  coldStarts: run.coldStarts,
  latencies: run.latencyMs.whole?.count
})

/** Alike at one of these speeds: a machine that is late blurs what competes in a fast run, never in a slow one. */
const isAlike = async (mode: Mode, [speed, ...slower]: readonly [number, ...Array<number>]): Promise<void> => {
  const run = LiveRun.run({ spec, folder: ".", mode, seed: 3, speed, signal, beforeExit })
  const live = await run.then(seen, String)
  const virtual = seen(Simulation.run(spec, mode, 3))
  const [next, ...rest] = slower
  if (next !== undefined && !isDeepStrictEqual(live, virtual)) return isAlike(mode, [next, ...rest])
  expect(live).toEqual(virtual)
}

for (const mode of ["none", "graceful", "replace", "force"] as const) {
  test.concurrent(
    `a live run under ${mode} has the requests, the errors and the fates that the same seed has in virtual time`,
    () => isAlike(mode, [4, 2, 1, 0.5]),
    420_000
  )
}

test("a live run sees what the end of the grace period cuts", async () => {
  const set = ["app.termination_grace_period=2s", "traffic.0.service=20s", "run.for=40s"]
  const cutting = Result.getOrThrow(Spec.parse(text, { file: "spec", set, readFile: () => "" }))
  const run = LiveRun.run({ spec: cutting, folder: ".", mode: "graceful", seed: 3, speed: 10, signal, beforeExit })
  const { cutByGrace, inFlight } = await run
  expect(cutByGrace).toEqual({ requests: inFlight.errored + inFlight.retried, timingOut: 0 })
  expect(cutByGrace.requests).toBeGreaterThan(0)
})

test("a run that is over before its rollout is answered has measured none", async () => {
  const late = { ...spec, rollouts: [{ ...spec.rollouts[0]!, atMs: spec.run.forMs }] }
  const run = LiveRun.run({ spec: late, folder: ".", mode: "force", seed: 3, speed: 50, signal, beforeExit })
  await expect(run).rejects.toThrow("it was over before its rollout was answered")
})

test("a run that is over has left nothing behind, one that is broken off neither, however early", async () => {
  expect(readdirSync(folder)).toEqual([])
  for (const afterMs of [0, 50, 300]) {
    const controller = new AbortController()
    const run = LiveRun.run({
      spec,
      folder: ".",
      mode: "graceful",
      seed: 1,
      speed: 1,
      signal: controller.signal,
      beforeExit
    })
    setTimeout(() => controller.abort(new Error("enough")), afterMs)
    await expect(run).rejects.toThrow("enough")
    expect(readdirSync(folder)).toEqual([])
  }
})

import * as Experiment from "@ebb/sim/experiment/Experiment"
import { highestUnseen } from "@ebb/sim/measure/Statistics"
import * as Assertion from "@ebb/sim/report/Assertion"
import type { Checked, RehearsalReport } from "@ebb/sim/report/RehearsalReport"
import * as Trouble from "@ebb/sim/report/Trouble"
import * as Verdict from "@ebb/sim/report/Verdict"
import { Effect, Result } from "effect"
import { assert, describe, it } from "vitest"
import { specOf } from "../SpecOf.ts"

/** Requests of five seconds at these times of every run, and a rollout at 10 min. */
const rehearsed = (atS: ReadonlyArray<number>, more: object = {}): Promise<RehearsalReport> => {
  const spec = {
    app: { machine_type: "GPU-A100", max_multiplexing: 4, termination_grace_period: "30s" },
    scaling: { min_concurrency: 1, max_concurrency: 2 },
    runner: { scheduling: "0s", setup: "20s", teardown: "0s" },
    traffic: [
      { kind: "direct", arrivals: { trace: { file: "trace.csv", timestamp: "at", unit: "s" } }, service: "5s" }
    ],
    rollouts: [{ at: "10m" }],
    run: { for: "20m", warmup: "1m", seeds: 3, moment: "fixed" },
    ...more
  }
  // The first row of a trace is the start of the run.
  const files = { "trace.csv": ["at", 0, ...atS].join("\n") }
  return Effect.runPromise(Experiment.run(specOf(spec, files)))
}

const checked = (report: RehearsalReport, text: string): Checked =>
  Result.getOrThrow(Result.flatMap(Assertion.parse(text), (assertion) => Assertion.check(assertion, report)))

const app = { name: "app", env: "main" }
const nothingMet = "no request was in flight at the rollout in any run, so this proves nothing"

describe("a rollout that met no request", () => {
  const quiet = rehearsed([300, 700])

  it.each([
    "graceful.inFlight.errored == 0",
    "force.inFlight.errored == 0",
    "force.inFlight.direct.errored.high == 0",
    "graceful.inFlight.drained >= 0",
    "graceful.graceNeededMs < 30s",
    "graceful.rollouts.0.errored == 0",
    "graceful.requests.errored == 0",
    "force.requests.errored.high < 1",
    "force.errorsByType.runner_disconnected == 0"
  ])("proves nothing by %s", async (text) => {
    const { because, passed } = checked(await quiet, text)
    assert.deepStrictEqual([passed, because], [false, nothingMet])
  })

  it.each([
    "graceful.inFlight.atStart == 0",
    "graceful.inFlight.direct.atStart.high == 0",
    "graceful.rollouts.0.atStart == 0",
    "graceful.rollouts.0.finished == 3",
    "none.requests.errored == 0",
    "none.errorsByType.runner_disconnected == 0",
    "graceful.requests.completed == 2"
  ])("may still be asked %s", async (text) => assert.isTrue(checked(await quiet, text).passed))

  it("is said first, and no mode is recommended for what it was not seen to do", async () => {
    const { command, gate, headline, modes, reasons, warnings } = Verdict.of(await quiet, app)
    assert.match(warnings[0]!, /^No request was in flight at the rollout in any run, so nothing is known/)
    assert.deepStrictEqual([headline, command, gate, reasons], [null, null, null, []])
    assert.deepStrictEqual(
      modes.map(({ failed, isAdvised, mode }) => [mode, failed, isAdvised]),
      [
        ["none", "0", false],
        ["graceful", "–", false],
        ["replace", "–", false],
        ["force", "–", false]
      ]
    )
    assert.isNull((await quiet).advice)
  })

  it("says nothing of failures at all where no request came", async () => {
    const { headline, modes } = Verdict.of(await rehearsed([], { traffic: [] }), app)
    assert.deepStrictEqual([headline, ...modes.map(({ failed }) => failed)], [null, "–", "–", "–", "–"])
  })

  it("is seen where one mode alone was played, which replaces first", async () => {
    const run = { for: "20m", warmup: "1m", seeds: 2, moment: "fixed", modes: ["replace"] }
    const report = await rehearsed([300, 700], { run })
    assert.strictEqual(checked(report, "replace.inFlight.errored == 0").because, nothingMet)
    // Of two slow requests the runner is told to stop when its replacement is there, and both have ended.
    const busy = await rehearsed([598, 599], { run })
    assert.strictEqual(busy.modes[0]!.inFlight.atStart!.mean, 0)
    assert.isTrue(checked(busy, "replace.inFlight.errored == 0").passed)
  })

  it("may be the second of two", async () => {
    const report = await rehearsed([598, 599], { rollouts: [{ at: "10m" }, { at: "15m" }] })
    assert.isTrue(checked(report, "graceful.rollouts.0.errored == 0").passed)
    assert.strictEqual(checked(report, "graceful.rollouts.1.errored == 0").because, nothingMet)
    assert.isTrue(checked(report, "graceful.requests.errored == 0").passed)
  })

  it("is no rollout at all without one in the spec", async () => {
    const report = await rehearsed([300], { rollouts: [], run: { for: "20m", seeds: 1, modes: ["none"] } })
    assert.deepStrictEqual(Trouble.warnings(report), [])
  })
})

describe("a rollout that met queued requests alone", () => {
  const traffic = [
    { kind: "queued", arrivals: { trace: { file: "trace.csv", timestamp: "at", unit: "s" } }, service: "5s" }
  ]
  const queued = rehearsed([598], { traffic })

  it.each(["graceful", "replace", "force"])("proves nothing of direct ones with %s", async (mode) => {
    const { because, passed } = checked(await queued, `${mode}.inFlight.direct.errored == 0`)
    assert.strictEqual(because, "no direct request was in flight at the rollout in any run, so this proves nothing")
    assert.isFalse(passed)
    assert.isTrue(checked(await queued, `${mode}.inFlight.queued.errored == 0`).passed)
    assert.isTrue(checked(await queued, `${mode}.inFlight.errored == 0`).passed)
    assert.isTrue(checked(await queued, `${mode}.inFlight.direct.atStart == 0`).passed)
  })
})

describe("a rollout that met few requests", () => {
  it("says how many, and what that leaves open", async () => {
    const report = await rehearsed([598])
    const { headline, reasons } = Verdict.of(report, app)
    assert.match(headline!, /^Use \w+: nothing fails, /)
    assert.strictEqual(
      reasons[0],
      "Only 3 requests were in flight at the rollouts of all 3 runs together: too few to tell a share of failures below 63 %."
    )
    assert.isTrue(checked(report, "graceful.inFlight.errored == 0").passed)
  })

  it("says nothing of that where they were enough, or where some failed", async () => {
    const many = await rehearsed(
      Array.from({ length: 10 }, () => 598),
      {
        app: { machine_type: "GPU-A100", max_multiplexing: 10, termination_grace_period: "30s" }
      }
    )
    const cut = await rehearsed([598], {
      app: { machine_type: "GPU-A100", termination_grace_period: "1s" },
      run: { for: "20m", warmup: "1m", seeds: 3, moment: "fixed", modes: ["none", "graceful"] }
    })
    for (const report of [many, cut])
      assert.isFalse(Verdict.of(report, app).reasons.some((reason) => /^Only \d+ requests?/.test(reason)))
  })
})

it("of several rollouts, it says what is shown for the first alone", async () => {
  const several = await rehearsed([598, 599], { rollouts: [{ at: "10m" }, { at: "15m" }] })
  const said = "Of 2 rollouts, p99 and capacity, and what was in flight, are shown for the first."
  assert.strictEqual(Verdict.of(several, app).reasons[0], said)
  assert.notInclude(Verdict.of(await rehearsed([598]), app).reasons, said)
})

it("no p99 is spoken of where the window has no answer", async () => {
  const run = { for: "20m", warmup: "1m", seeds: 3, moment: "fixed", window: "0s" }
  const { reasons } = Verdict.of(await rehearsed([598], { run }), app)
  assert.include(reasons.join(" "), "Graceful is below capacity for 20.0 s.")
  assert.notInclude(reasons.join(" "), "p99")
})

it("none of n leaves open a share of about 3 / n", () => {
  assert.closeTo(highestUnseen(1), 0.95, 1e-12)
  assert.closeTo(highestUnseen(3), 0.6316, 1e-4)
  assert.closeTo(highestUnseen(3000) * 3000, 2.994, 1e-3)
})

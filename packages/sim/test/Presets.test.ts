import * as Experiment from "@ebb/sim/experiment/Experiment"
import * as Presets from "@ebb/sim/spec/Presets"
import type { ModeReport } from "@ebb/sim/measure/ModeReport"
import type { RehearsalReport } from "@ebb/sim/report/RehearsalReport"
import * as Spec from "@ebb/sim/spec/Spec"
import type { Mode } from "@ebb/sim/spec/Spec"
import { Effect, Result } from "effect"
import { assert, beforeAll, describe, it } from "vitest"
import { countOf, type Met, witness } from "./Witness.ts"

const seeds = 6

const preset = (name: Presets.PresetName, ...set: ReadonlyArray<string>): Spec.RehearsalSpec => {
  const noFile = () => {
    throw new Error("a preset needs no files")
  }
  return Result.getOrThrow(Spec.parse(Presets.presets[name], { file: name, readFile: noFile, set }))
}

const rehearse = (name: Presets.PresetName): Promise<RehearsalReport> =>
  Effect.runPromise(Experiment.run(preset(name, `run.seeds=${seeds}`)))

const modeOf = (report: RehearsalReport, mode: Mode): ModeReport => report.modes.find((each) => each.mode === mode)!

/** What everybody's requests have to come to, however they fared. */
const confirmBooks = (report: RehearsalReport): void => {
  const [first, ...others] = report.modes
  for (const { requests } of report.modes) {
    const { accepted, cancelled, completed, errored, pending } = requests
    assert.closeTo(accepted!.mean, completed!.mean + errored!.mean + cancelled!.mean + pending!.mean, 1e-6)
  }
  for (const { requests } of others) assert.deepStrictEqual(requests.accepted, first!.requests.accepted)
}

describe("llm: short requests, a grace period longer than all of them", () => {
  let report: RehearsalReport
  beforeAll(async () => {
    report = await rehearse("llm")
  })

  it("loses nothing gracefully, whichever comes first", () => {
    for (const mode of ["none", "graceful", "replace"] as const) {
      const { inFlight, requests } = modeOf(report, mode)
      assert.strictEqual(requests.errored!.high, 0, mode)
      assert.strictEqual(inFlight.errored!.high + inFlight.retried!.high, 0, mode)
      assert.isAbove(inFlight.drained!.mean, 0, mode)
    }
    confirmBooks(report)
  })

  it("loses by force every direct request in flight, and runs the queued ones again", () => {
    const { inFlight, requests } = modeOf(report, "force")
    assert.isAbove(inFlight.direct.errored!.low, 0)
    assert.isAbove(inFlight.queued.retried!.low, 0)
    assert.deepStrictEqual(inFlight.direct.errored, inFlight.direct.atStart)
    assert.deepStrictEqual(inFlight.queued.retried, inFlight.queued.atStart)
    assert.deepStrictEqual(requests.errored, inFlight.errored)
  })

  it("keeps its slots when replacing first, and has none for a while when stopping first", () => {
    assert.strictEqual(modeOf(report, "replace").capacity.recoveryMs!.high, 0)
    assert.isAtLeast(modeOf(report, "replace").capacity.slotsReadyLowest!.low, 32)
    assert.strictEqual(modeOf(report, "graceful").capacity.slotsReadyLowest!.high, 0)
    assert.isAbove(modeOf(report, "graceful").capacity.recoveryMs!.low, 30_000)
  })

  it("is told to replace first: no errors, and the slots stay", () => {
    assert.strictEqual(report.advice!.mode, "replace")
    assert.match(
      report.advice!.because,
      /^Replacing first costs no errors where force costs [\d.]+, and keeps its slots/
    )
    assert.match(report.advice!.because, /where stopping first has them back after 1 min \d+ s/)
  })
})

describe("slow-start: a cold start takes minutes", () => {
  let report: RehearsalReport
  beforeAll(async () => {
    report = await rehearse("slow-start")
  })

  it("is without slots for minutes when it stops first, by grace or by force", () => {
    for (const mode of ["graceful", "force"] as const) {
      assert.isAbove(modeOf(report, mode).capacity.recoveryMs!.low, 300_000, mode)
      assert.isAbove(modeOf(report, mode).latencyMs.during.p99!.low, 120_000, mode)
    }
    confirmBooks(report)
  })

  it("goes on as if nothing was when it replaces first, for money", () => {
    const [none, graceful, replace] = (["none", "graceful", "replace"] as const).map((mode) => modeOf(report, mode))
    assert.strictEqual(replace!.requests.errored!.high, 0)
    assert.strictEqual(replace!.capacity.recoveryMs!.high, 0)
    assert.closeTo(replace!.latencyMs.during.p99!.mean / none!.latencyMs.during.p99!.mean, 1, 0.05)
    assert.isAbove(replace!.cost.amount!.mean, graceful!.cost.amount!.mean)
    assert.strictEqual(report.advice!.mode, "replace")
    assert.match(report.advice!.because, /, for \$[\d.]+ more than stopping first[;.]/)
  })
})

describe("frozen: a third of the runners hang, every machine is taken", () => {
  let report: RehearsalReport
  beforeAll(async () => {
    report = await rehearse("frozen")
  })

  it("ends gracefully only by the grace period, on the three runners that hang", () => {
    const graceful = modeOf(report, "graceful")
    const [rollout] = graceful.rollouts
    assert.deepStrictEqual(rollout!.durationMs, { mean: 120_000, low: 120_000, high: 120_000, n: seeds })
    assert.deepStrictEqual(rollout!.graceExceeded, { mean: 3, low: 3, high: 3, n: seeds })
    assert.deepStrictEqual(graceful.inFlight.retried, { mean: 3, low: 3, high: 3, n: seeds })
    assert.isAbove(graceful.capacity.recoveryMs!.low, 120_000)
    assert.isNull(graceful.graceNeededMs)
    confirmBooks(report)
  })

  it("recovers sooner by force, and loses nothing by it: all its traffic is queued", () => {
    const force = modeOf(report, "force")
    assert.isBelow(force.capacity.recoveryMs!.high, 60_000)
    assert.strictEqual(force.requests.errored!.high, 0)
    assert.deepStrictEqual(force.inFlight.retried, force.inFlight.atStart)
  })

  it("never gets done by replacing first: there is no machine for a replacement", () => {
    assert.strictEqual(modeOf(report, "replace").rollouts[0]!.finished, 0)
  })

  it("is told to use force, with the numbers that decided", () => {
    assert.strictEqual(report.advice!.mode, "force")
    assert.match(
      report.advice!.because,
      /has its slots back after \d+\.\d s where stopping first has them back after 2 min \d+ s/
    )
    assert.match(report.advice!.because, /^Force finishes where replacing first does not in any of 6 runs/)
    assert.match(report.advice!.because, /no grace period would have been long enough: they hang/)
  })
})

describe("media: some requests are longer than the grace period", () => {
  /** Cut when it would take longer than the grace period; a direct one is lost, a queued one runs again. */
  const expectedFate = ({ queued, remainingMs }: Met, graceMs: number): Met["fate"] =>
    remainingMs <= graceMs ? "drained" : queued ? "retried" : "errored"

  it.each([0, 5, 30, 60])("a grace period of %d s cuts those, and only those", (graceS) => {
    const spec = preset("media", `app.termination_grace_period=${graceS}s`)
    const all: Array<Met> = []
    for (let seed = 1; seed <= 12; seed++) {
      const { measures, met } = witness(spec, "graceful", seed)
      for (const each of met) assert.strictEqual(each.fate, expectedFate(each, graceS * 1000))
      const { inFlight } = measures
      assert.strictEqual(inFlight.atStart, met.length)
      assert.strictEqual(inFlight.direct.errored, countOf(met, "errored", false))
      assert.strictEqual(inFlight.direct.drained, countOf(met, "drained", false))
      assert.strictEqual(inFlight.queued.retried, countOf(met, "retried", true))
      assert.strictEqual(inFlight.queued.drained, countOf(met, "drained", true))
      assert.strictEqual(inFlight.queued.errored + inFlight.direct.retried, 0)
      assert.strictEqual(measures.graceNeededMs, Math.max(0, ...met.map(({ remainingMs }) => remainingMs)))
      all.push(...met)
    }
    assert.isAbove(all.length, 60)
    assert.strictEqual(countOf(all, "drained") > 0, graceS > 0)
    assert.isAbove(countOf(all, "errored"), 0)
    assert.isAbove(countOf(all, "retried"), 0)
  })

  it("a grace period as long as the one that is needed cuts nothing, a second less cuts one", () => {
    for (let seed = 1; seed <= 5; seed++) {
      const { graceNeededMs } = witness(preset("media"), "graceful", seed).measures
      const enough = Math.ceil(graceNeededMs! / 1000)
      const cut = (graceS: number) => {
        const spec = preset("media", `app.termination_grace_period=${graceS}s`)
        const { inFlight } = witness(spec, "graceful", seed).measures
        return inFlight.errored + inFlight.retried
      }
      assert.strictEqual(cut(enough), 0)
      assert.isAtLeast(cut(enough - 1), 1)
    }
  })

  it("the advice names the grace period that would have sufficed", async () => {
    const report = await rehearse("media")
    assert.match(
      report.advice!.because,
      /cut about \d+ requests? in \d+ rollouts at the end of the grace period: a grace period of [\d mins]+ s cuts none in any of these/
    )
    confirmBooks(report)
  })
})

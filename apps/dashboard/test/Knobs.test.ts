import { assert, describe, it } from "@effect/vitest"
import * as Knobs from "@ebb/dashboard/play/Knobs"
import * as ScaledValues from "@ebb/dashboard/play/ScaledValues"
import * as Presets from "@ebb/sim/spec/Presets"
import * as Spec from "@ebb/sim/spec/Spec"
import { Result } from "effect"

const decode = (text: string): Spec.RehearsalSpec =>
  Result.getOrThrow(Spec.parse(text, { file: "spec", readFile: () => "at,took\n0,1\n5,2\n" }))

const turn = (text: string, knobs: Knobs.Knobs): string => Knobs.apply(text, decode(text).text, knobs)

describe("turning the knobs of a spec", () => {
  it("changes what they stand for and keeps every comment", () => {
    const turned = turn(Presets.presets.llm, {
      load: 1.5,
      graceSeconds: 45,
      coldStart: 2,
      multiplexing: 8,
      rolloutSeconds: 1500,
      seed: 7,
      seeds: 3
    })
    const { app, rollouts, run, text } = decode(turned)
    assert.strictEqual(app.revision.gracePeriodSeconds, 45)
    assert.strictEqual(app.revision.maxMultiplexing, 8)
    assert.deepStrictEqual(rollouts, [{ atMs: 1_500_000, mode: null }])
    assert.deepStrictEqual([run.seed, run.seeds], [7, 3])
    assert.deepStrictEqual(
      text.traffic?.map(({ arrivals }) => arrivals),
      [{ poisson: "6/s" }, { poisson: "6/s" }]
    )
    assert.deepStrictEqual(text.runner?.setup, { lognormal: { p50: "80s", p99: "140s" } })
    assert.deepStrictEqual(text.runner?.docker_pull, { time: { lognormal: { p50: "20s", p99: "60s" } }, cached: 0.8 })
    for (const [comment] of Presets.presets.llm.matchAll(/#.*/g)) assert.include(turned, comment)
  })

  it("leaves the text alone where nothing is turned", () => {
    assert.strictEqual(turn(Presets.presets.frozen, {}), Presets.presets.frozen)
  })

  it.each(Presets.names)("gives a spec of the preset %s that is right, at both ends of every slider", (name) => {
    for (const factor of [0.125, 4]) {
      const turned = decode(
        turn(Presets.presets[name], { load: factor, coldStart: factor, graceSeconds: 0, multiplexing: 64 })
      )
      const before = Knobs.ratePerSecond(decode(Presets.presets[name]).text)
      assert.approximately(Knobs.ratePerSecond(turned.text), before * factor, before * factor * 1e-3)
    }
  })

  it("fills in what a spec leaves out", () => {
    const bare = "traffic: [{ kind: direct, arrivals: { poisson: 1/s } }]\n"
    const { rollouts, text } = decode(turn(bare, { coldStart: 0.5, rolloutSeconds: 900, graceSeconds: 9 }))
    assert.deepStrictEqual(rollouts, [{ atMs: 900_000, mode: null }])
    assert.strictEqual(text.runner?.setup, "4s")
    assert.strictEqual(text.app?.termination_grace_period, "9s")
  })

  it("turns daily and bursty traffic, and leaves a trace as it is", () => {
    const mixed = `traffic:
  - { kind: direct, arrivals: { daily: { low: 10/m, high: 1/s, period: 24h, peak_at: 14h } } }
  - { kind: direct, arrivals: { bursts: { on: 30s, off: 1m, rate: 5/s } } }
  - { kind: queued, arrivals: { trace: { file: t.csv, timestamp: at } } }
`
    const { text } = decode(turn(mixed, { load: 2 }))
    assert.deepStrictEqual(
      text.traffic?.map(({ arrivals }) => arrivals),
      [
        { daily: { low: "20/m", high: "2/s", period: "24h", peak_at: "14h" } },
        { bursts: { on: "30s", off: "1m", rate: "10/s" } },
        { trace: { file: "t.csv", timestamp: "at" } }
      ]
    )
    assert.isTrue(Knobs.canTurnLoad(text))
    assert.isFalse(Knobs.canTurnLoad({ traffic: text.traffic!.slice(2) }))
  })

  it("scales the times of a distribution and not its shape", () => {
    assert.deepStrictEqual(ScaledValues.times({ pareto: { min: "500ms", shape: 1.5 } }, 3), {
      pareto: { min: "1500ms", shape: 1.5 }
    })
    assert.deepStrictEqual(ScaledValues.times({ gamma: { mean: "2m", cv: 0.5 } }, 0.5), {
      gamma: { mean: "60s", cv: 0.5 }
    })
    const file = { empirical: { file: "5m", column: "s", unit: "s" } }
    assert.isNull(ScaledValues.typicalMs(file))
    assert.strictEqual(ScaledValues.typicalMs({ lognormal: { p50: "40s", p99: "70s" } }), 40_000)
  })
})

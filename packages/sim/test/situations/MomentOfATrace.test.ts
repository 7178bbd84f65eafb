import * as Experiment from "@ebb/sim/experiment/Experiment"
import * as Simulation from "@ebb/sim/experiment/Simulation"
import type { RehearsalReport } from "@ebb/sim/report/RehearsalReport"
import { specOfSeed } from "@ebb/sim/spec/SpecOfSeed"
import * as Random from "@ebb/sim/workload/Random"
import { Effect } from "effect"
import { assert, describe, expect, it } from "vitest"
import { specOf } from "../SpecOf.ts"

/** Requests of an hour, of which there are more and fewer by turns: the gap to the next in seconds, and how long each takes. */
const requests = Array.from({ length: 900 }, (_, row) => {
  const random = Random.make(7)
  const isBusy = Math.floor(row / 60) % 2 === 0
  const gapS = (isBusy ? 1.5 : 6.5) * 2 * random.uniform(0, row, 0)
  return { gapS, serviceS: 20 + Math.floor(60 * random.uniform(1, row, 0)) }
})
const atS: Array<number> = []
for (const { gapS } of requests) atS.push((atS.at(-1) ?? 0) + gapS)

const two = (value: number): string => String(value).padStart(2, "0")
const date = (s: number): string =>
  `2024-11-15 ${two(16 + Math.floor(s / 3600))}:${two(Math.floor(s / 60) % 60)}:${two(Math.floor(s) % 60)}`

const csv = (header: string, row: (atS: number, serviceS: number) => string): string =>
  [header, ...requests.map(({ serviceS }, index) => row(atS[index]!, serviceS))].join("\n")

/** The same hour as four public traces would write it down: dates, milliseconds, whole seconds that repeat, fractions. */
const shapes = {
  images: {
    file: csv("gmt_create,status,exec_time_seconds", (at, service) => `${date(at)},SUCCEED,${service}.0`),
    trace: { timestamp: "gmt_create" },
    service: { column: "exec_time_seconds" }
  },
  chat: {
    file: csv("timestamp,output_length", (at, service) => `${Math.round(at * 1000)},${service * 50}`),
    trace: { timestamp: "timestamp", unit: "ms" },
    service: { tokens: { generated: "output_length", first: "0s", each: "20ms" } }
  },
  bursts: {
    file: csv("Timestamp,Model,Response tokens", (at, service) => `${Math.floor(at)},x,${service * 10}`),
    trace: { timestamp: "Timestamp", unit: "s" },
    service: { tokens: { generated: "Response tokens", first: "0s", each: "100ms" } }
  },
  functions: {
    file: csv("app,func,start,duration", (at, service) => `a,f,${at.toFixed(3)},${service}`),
    trace: { timestamp: "start" },
    service: { column: "duration" }
  }
} as const
type Shape = keyof typeof shapes

const atMs = 900_000
const windowMs = 1_200_000

const textOf = (shape: Shape, run: object = {}, more: object = {}) => ({
  app: { machine_type: "GPU-A100", max_multiplexing: 8, termination_grace_period: "10s" },
  scaling: { min_concurrency: 6, max_concurrency: 12 },
  runner: { setup: "60s" },
  traffic: [
    {
      kind: "direct",
      arrivals: { trace: { file: "trace.csv", ...shapes[shape].trace } },
      service: shapes[shape].service
    }
  ],
  rollouts: [{ at: `${atMs}ms` }],
  run: { for: "50m", window: `${windowMs}ms`, seeds: 12, modes: ["none", "graceful"], ...run },
  ...more
})

const decoded = (shape: Shape, run: object = {}, more: object = {}) =>
  specOf(textOf(shape, run, more), { "trace.csv": shapes[shape].file })

const rehearsed = (shape: Shape, run: object = {}, more: object = {}): Promise<RehearsalReport> =>
  Effect.runPromise(Experiment.run(decoded(shape, run, more)))

const inFlightOf = ({ modes }: RehearsalReport) => modes.at(-1)!.inFlight.atStart!

describe("a rollout on a trace", () => {
  it.each(Object.keys(shapes) as Array<Shape>)(
    "has intervals as wide as the moments of the window differ: %s",
    async (shape) => {
      const report = await rehearsed(shape)
      const { high, low, mean, n } = inFlightOf(report)
      const instants = Array.from({ length: 60 }, (_, step) => {
        const at = `${atMs + (step * windowMs) / 60}ms`
        const spec = decoded(shape, { moment: "fixed", seeds: 1 }, { rollouts: [{ at }] })
        return Simulation.run(spec, "graceful", 1).inFlight.atStart
      })
      const average = instants.reduce((sum, count) => sum + count, 0) / instants.length
      assert.strictEqual(n, 12)
      assert.isTrue(low < average && average < high, `${average} not in [${low}, ${high}]`)
      assert.isAbove(high - low, 4)
      assert.isTrue(mean > Math.min(...instants) && mean < Math.max(...instants))
    }
  )

  it("says what varies, and that nothing else does", async () => {
    const report = await rehearsed("images")
    expect(report.moment).toMatchInlineSnapshot(`
      {
        "fromMs": 900000,
        "note": "Each seed rolls out at another moment of the trace, from 15 min to 35 min; nothing else varies.",
        "toMs": 2100000,
        "varies": [
          "the moment of the rollout",
        ],
      }
    `)
  })

  it("says what else varies: drawn service times, starts and faults, other sources", async () => {
    const [source] = textOf("chat").traffic
    const { moment } = await rehearsed(
      "chat",
      { seeds: 2 },
      {
        traffic: [
          { ...source, service: { tokens: { generated: { gamma: { mean: 900, cv: 1 } }, first: "0s", each: "20ms" } } },
          { kind: { mixed: { queued: 0.5 } }, arrivals: { poisson: "1/m" }, patience: "1m" }
        ],
        runner: { setup: { uniform: { min: "10s", max: "60s" } } },
        faults: { setup_failure: 0.1 }
      }
    )
    assert.deepStrictEqual(moment?.varies, [
      "the moment of the rollout",
      "arrivals",
      "which requests are queued",
      "service times",
      "patience",
      "starts of runners",
      "faults"
    ])
  })

  it("is stratified: each seed has its own part of the window, and further seeds fill the parts again", () => {
    const spec = decoded("images", { seeds: 10, seed: 41 })
    const stratumOf = (seed: number) => Math.floor((specOfSeed(spec, seed).laterMs * 10) / windowMs)
    const seeds = Array.from({ length: 30 }, (_, index) => 41 + index)
    assert.deepStrictEqual(
      seeds.map(stratumOf),
      [...Array(30).keys()].map((index) => index % 10)
    )
    assert.lengthOf(new Set(seeds.map((seed) => specOfSeed(spec, seed).laterMs)), 30)
  })

  it("moves all rollouts of the spec together, none beyond the end of the run", () => {
    const rollouts = [{ at: "15m" }, { at: "49m" }]
    const spec = decoded("images", { seeds: 20 }, { rollouts })
    for (let seed = 1; seed <= 20; seed++) {
      const [first, second] = specOfSeed(spec, seed).spec.rollouts
      assert.strictEqual(second!.atMs - first!.atMs, 34 * 60_000)
      assert.isBelow(second!.atMs, 50 * 60_000)
    }
  })

  it("is compared between modes at the same moment", async () => {
    const report = await rehearsed("bursts")
    const [none, graceful] = report.modes
    assert.deepStrictEqual(none!.inFlight.atStart, graceful!.inFlight.atStart)
    assert.deepStrictEqual(none!.latencyMs.before.p99, graceful!.latencyMs.before.p99)
  })

  it("stands at one place of the timeline, whenever the seeds have it", async () => {
    const { modes } = await rehearsed("functions")
    const { band, slotsReady, stepMs } = modes.at(-1)!.timeline
    const step = Math.floor(atMs / stepMs)
    assert.deepStrictEqual([slotsReady[step], band.slotsReady.high[step]], [0, 0])
    assert.isAbove(slotsReady[step - 2]!, 40)
  })
})

describe("one moment of one trace", () => {
  it("is what moment: fixed rehearses, in so many words, without intervals", async () => {
    const report = await rehearsed("images", { moment: "fixed" })
    const { high, low } = inFlightOf(report)
    assert.strictEqual(low, high)
    assert.deepStrictEqual(report.moment, {
      fromMs: atMs,
      toMs: atMs,
      varies: [],
      note: "One moment of one trace: nothing varies between the seeds, so there are no intervals."
    })
  })

  it("with starts that vary says what the intervals tell of", async () => {
    const runner = { setup: { lognormal: { p50: "60s", p99: "90s" } } }
    const report = await rehearsed("images", { moment: "fixed", seeds: 3 }, { runner })
    assert.strictEqual(
      report.moment?.note,
      "One moment of one trace: the seeds differ only in starts of runners, and the intervals tell of nothing else."
    )
  })

  it("is what a single seed sees, and it is the one that the spec names", async () => {
    const report = await rehearsed("chat", { seeds: 1 })
    assert.strictEqual(report.modes.at(-1)!.rollouts[0]!.startedAtMs, atMs)
    assert.strictEqual(report.moment?.note, "One moment of one trace: one seed has no intervals.")
  })

  it("is nothing to speak of without a trace, where arrivals are drawn anew", async () => {
    const traffic = [{ kind: "direct", arrivals: { poisson: "1/s" }, service: "20s" }]
    const report = await rehearsed("chat", { seeds: 3 }, { traffic })
    assert.deepStrictEqual(report.moment, { fromMs: atMs, toMs: atMs, varies: ["arrivals"], note: null })
    const moved = await rehearsed("chat", { seeds: 3, moment: "spread" }, { traffic })
    assert.strictEqual(moved.moment?.toMs, atMs + windowMs)
  })
})

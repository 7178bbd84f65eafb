import * as Experiment from "@ebb/sim/experiment/Experiment"
import type { RehearsalReport } from "@ebb/sim/report/RehearsalReport"
import * as Format from "@ebb/text/Format"
import { Effect } from "effect"
import { assert, describe, it } from "vitest"
import { specOf } from "../SpecOf.ts"

type Text = Readonly<Record<string, unknown>> & { readonly app: object }

const withGrace = (text: Text, grace: string): Promise<RehearsalReport> => {
  const app = { ...text.app, termination_grace_period: grace }
  return Effect.runPromise(Experiment.run(specOf({ ...text, app })))
}

const advised = /a grace period of ([\d mins]+) cuts none in any of these (\d+) runs/
const below = /one of ([\d mins]+) cuts ([\d,]+) requests? in all of them together/

/** A time of the text as a spec has it: `100s`, where the text says `1 min 40 s`. */
const typed = (time: string): string => {
  const [, minutes = "0", seconds = "0"] = /^(?:(\d+) min)? ?(?:(\d+) s)?$/.exec(time) ?? assert.fail(time)
  return `${Number(minutes) * 60 + Number(seconds)}s`
}

/** Requests that the rollout cut, on average over the runs. */
const cutIn = ({ modes: [mode] }: RehearsalReport): number =>
  mode!.inFlight.errored!.mean + mode!.inFlight.retried!.mean

/** 30 to 120 s a request on a runner that works on eight of them, in bursts. */
const longRequests: Text = {
  app: { machine_type: "GPU-A100", num_gpus: 4, max_multiplexing: 8 },
  scaling: { min_concurrency: 1, max_concurrency: 6, keep_alive: "60s" },
  runner: { setup: { lognormal: { p50: "2m", p99: "4m" } } },
  traffic: [
    {
      kind: "direct",
      arrivals: { bursts: { on: "6m", off: { exponential: { mean: "8m" } }, rate: "20/m" } },
      service: { uniform: { min: "30s", max: "120s" } }
    }
  ],
  rollouts: [{ at: "20m" }],
  run: { for: "30m", warmup: "3m", seeds: 20 }
}

const steady = { kind: "direct", arrivals: { poisson: "2/s" }, service: { lognormal: { p50: "4s", p99: "50s" } } }

const situations: ReadonlyArray<readonly [string, "graceful" | "replace", Text]> = [
  ["long requests in bursts", "graceful", longRequests],
  [
    "a heavy tail, stopping first",
    "graceful",
    { ...longRequests, traffic: [{ ...steady, service: { gamma: { mean: "9s", cv: 2 } } }] }
  ],
  ["queued requests, which are retried", "graceful", { ...longRequests, traffic: [{ ...steady, kind: "queued" }] }],
  ["replacing first, which cuts as well", "replace", { ...longRequests, traffic: [steady] }]
]

describe("the grace period that the advice names", () => {
  it.each(situations)(
    "cuts nothing when it is set, and the second below cuts what it says: %s",
    async (_, mode, text) => {
      const own = { ...text, run: { ...(text["run"] as object), modes: [mode] } }
      const short = await withGrace(own, "3s")
      assert.isAbove(cutIn(short), 0)
      const { because } = short.advice!
      const [, period = "", runs] = advised.exec(because) ?? assert.fail(because)
      assert.strictEqual(Number(runs), 20)
      const enough = await withGrace(own, typed(period))
      assert.strictEqual(cutIn(enough), 0)
      assert.notInclude(enough.advice!.because, "cut")
      const [, less = "", cut = ""] = below.exec(because) ?? assert.fail(because)
      const tooShort = await withGrace(own, typed(less))
      assert.isAbove(cutIn(tooShort), 0)
      assert.approximately(cutIn(tooShort) * 20, Number(cut), Number(cut) * 0.06)
    }
  )

  it("is told apart from the one that 95 % of the runs can do with, and from the mean", async () => {
    const report = await withGrace(
      { ...longRequests, run: { ...(longRequests["run"] as object), modes: ["graceful"] } },
      "30s"
    )
    const { max, mean, p95 } = report.modes[0]!.graceNeededMs!
    assert.isTrue(mean < p95! && p95! < max!, `${mean} ${p95} ${max}`)
    const seconds = Math.ceil(p95! / 1000)
    assert.include(report.advice!.because, `; ${Format.span(seconds * 1000)} is enough in 95 % of them`)
    const { modes } = await withGrace(
      { ...longRequests, run: { ...(longRequests["run"] as object), modes: ["graceful"] } },
      `${seconds}s`
    )
    assert.isAtMost(modes[0]!.inFlight.errored!.mean * 20, 8, "at most one run of twenty cuts any")
  })
})

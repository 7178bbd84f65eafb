import { scaleWindow, topOf } from "@ebb/dashboard/views/Chart"
import * as Experiment from "@ebb/sim/experiment/Experiment"
import * as Presets from "@ebb/sim/spec/Presets"
import * as Spec from "@ebb/sim/spec/Spec"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Result } from "effect"

const minuteMs = 60_000
const moments = { forMs: 25 * minuteMs, warmupMs: 5 * minuteMs, atMs: 20 * minuteMs, windowEndMs: 25 * minuteMs }
const whole = { fromMs: 0, toMs: moments.forMs }

describe("how high a chart goes", () => {
  it.effect("is no matter of the warm-up, in which everybody waits for the first runners", () =>
    Effect.gen(function* () {
      const set = ["run.seeds=1", "run.for=25m", "run.modes=[none]"]
      const spec = Result.getOrThrow(Spec.parse(Presets.presets.llm, { file: "llm", set, readFile: () => "" }))
      const { modes } = yield* Experiment.run(spec)
      const first = topOf(modes, "waiting", { fromMs: 0, toMs: moments.warmupMs })
      const shown = topOf(modes, "waiting", scaleWindow(whole, moments))
      assert.isAbove(first, 10 * shown)
    })
  )

  it("leaves a window after the warm-up as it is, and of a run that is all warm-up takes the later half", () => {
    const around = { fromMs: 19 * minuteMs, toMs: 25 * minuteMs }
    assert.deepStrictEqual(scaleWindow(around, moments), around)
    const early = { fromMs: 0, toMs: 3 * minuteMs }
    assert.deepStrictEqual(scaleWindow(early, moments), early)
    const all = scaleWindow(whole, { ...moments, warmupMs: moments.forMs })
    assert.deepStrictEqual(all, { fromMs: moments.forMs / 2, toMs: moments.forMs })
  })
})

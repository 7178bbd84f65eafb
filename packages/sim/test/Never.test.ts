import * as Never from "@ebb/sim/report/Never"
import * as Presets from "@ebb/sim/spec/Presets"
import * as Simulation from "@ebb/sim/experiment/Simulation"
import * as Spec from "@ebb/sim/spec/Spec"
import { Result } from "effect"
import { assert, describe, it } from "vitest"
import { specOf } from "./SpecOf.ts"

/** An app that always has so many runners, on a capacity of so many GPUs. */
const app = (runners: number, capacity: object, more: object = {}) => ({
  app: { name: "a", machine_type: "GPU-H100", termination_grace_period: "10s", ...more },
  scaling: { min_concurrency: runners, max_concurrency: runners },
  capacity,
  runner: { scheduling: "1s", setup: "5s" },
  traffic: [{ kind: "direct", arrivals: { poisson: "1/s" }, service: "500ms" }],
  rollouts: [{ at: "10m" }],
  run: { for: "40m", warmup: "5m", window: "10m", seeds: 2, modes: ["graceful", "replace"] }
})

const finishes = (spec: Spec.RehearsalSpec, mode: Spec.Mode): boolean =>
  Simulation.run(spec, mode, 1).rollouts.every(({ state }) => state === "finished")

describe("what never finishes", () => {
  it("is a replacement without a machine beside those that serve, and it does not finish", () => {
    const spec = specOf(app(3, { "GPU-H100": 3 }))
    assert.deepStrictEqual(Never.find(spec), {
      sentence:
        "A replace rollout never finishes: it needs 1 more GPU-H100 for the first replacement, and the 3 runners that there always are hold all of GPU-H100. Raise capacity.GPU-H100, or stop first (--mode graceful).",
      missing: { "GPU-H100": 1 }
    })
    assert.isFalse(finishes(spec, "replace"))
    assert.isTrue(finishes(spec, "graceful"))
  })

  it("is one by a part of a machine too little: what is left over is counted", () => {
    const spec = specOf(app(2, { "GPU-H100": 11 }, { num_gpus: 4 }))
    assert.deepStrictEqual(Never.find(spec)!.missing, { "GPU-H100": 1 })
    assert.isFalse(finishes(spec, "replace"))
  })

  it("is the type of which fewest are missing, where there are several", () => {
    const both = { machine_type: undefined, machine_types: ["GPU-H100", "GPU-A100"], num_gpus: 2 }
    const { machine_type: _, ...rest } = app(3, { "GPU-H100": 4, "GPU-A100": 3 }).app
    const spec = specOf({
      ...app(3, { "GPU-H100": 4, "GPU-A100": 3 }),
      app: { ...rest, machine_types: both.machine_types, num_gpus: 2 }
    })
    assert.deepStrictEqual(Never.find(spec)!.missing, { "GPU-A100": 1 })
    assert.isFalse(finishes(spec, "replace"))
  })

  it("is an app of which not one runner fits, or not as many as it always wants", () => {
    const none = Never.find(specOf(app(1, { "GPU-H100": 1 }, { num_gpus: 2 })))!
    assert.deepStrictEqual(none.missing, { "GPU-H100": 1 })
    assert.match(none.sentence, /^No runner ever starts: one needs 1 more GPU-H100 than capacity has/)
    const few = Never.find(specOf(app(5, { "GPU-H100": 3 })))!
    assert.deepStrictEqual(few.missing, { "GPU-H100": 2 })
    assert.match(
      few.sentence,
      /^5 runners are always wanted and only 3 fit into the capacity: 2 more GPU-H100 are missing/
    )
  })

  it("is found in the preset frozen", () => {
    const spec = Result.getOrThrow(Spec.parse(Presets.presets.frozen, { file: "frozen", readFile: () => "" }))
    assert.deepStrictEqual(Never.find(spec)!.missing, { "GPU-A100": 1 })
    assert.isFalse(finishes(spec, "replace"))
  })
})

describe("nothing is said", () => {
  it.each([
    ["without a capacity", { capacity: undefined }],
    ["where one more machine is free", { capacity: { "GPU-H100": 4 } }],
    ["of another machine type", { capacity: { "GPU-A100": 1 } }],
    ["where nothing is replaced first", { run: { ...app(3, {}).run, modes: ["graceful", "force"] } }],
    ["where a runner may crash, which frees its machine", { faults: { plan: [{ at: "12m", runner: 1, do: "crash" }] } }]
  ])("%s", (_, more) => {
    const { capacity, ...rest } = { ...app(3, { "GPU-H100": 3 }), ...more }
    assert.isNull(Never.find(specOf(capacity === undefined ? rest : { ...rest, capacity })))
  })

  it("but where the app's own order is replace first, whatever the modes", () => {
    const spec = specOf({
      ...app(3, { "GPU-H100": 3 }, { rollout_order: "replace_first" }),
      run: { ...app(3, {}).run, modes: ["none"] }
    })
    assert.isNotNull(Never.find(spec))
  })
})

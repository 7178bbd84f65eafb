import * as CostText from "@ebb/plan/scaling/CostText"
import * as CostUnit from "@ebb/plan/scaling/CostUnit"
import * as Simulation from "@ebb/sim/experiment/Simulation"
import { assert, it } from "vitest"
import { specOf } from "../SpecOf.ts"

const of = (app: object) =>
  specOf({
    app: { name: "a", num_gpus: 2, ...app },
    scaling: { min_concurrency: 1, max_concurrency: 1 },
    traffic: [{ kind: "direct", arrivals: { poisson: "10/m" }, service: "1s" }],
    run: { for: "10m" }
  })

it.each([
  [{ machine_type: "GPU-H100" }, "USD", null],
  [{ machine_type: "GPU-L40" }, "GPU-seconds", 2],
  [{ machine_type: "S" }, "machine-seconds", 1]
] as const)("%j is told in %s", (app, unit, each) => {
  const spec = of(app)
  const run = Simulation.run(spec, "graceful", 1)
  assert.strictEqual(CostUnit.of(spec), unit)
  const expected = each === null ? run.cost.amount : run.runnerSeconds.billable * each
  assert.strictEqual(CostUnit.amountIn(spec, run), expected)
})

it("a cost stands with its unit", () => {
  const cost = { mean: 14_400, low: 14_380, high: 14_420, n: 9 }
  assert.strictEqual(CostText.of("machine-seconds", cost), "14,400 ± 20 machine-seconds")
  assert.strictEqual(CostText.plain("GPU-seconds", 14_400), "14,400 GPU-seconds")
  assert.strictEqual(CostText.plain("USD", 12), "$12.00")
})

import * as Way from "@ebb/plan/way/Way"
import * as Experiment from "@ebb/sim/experiment/Experiment"
import { Effect } from "effect"
import { assert, it } from "vitest"
import { specOf } from "../SpecOf.ts"

const spec = specOf({
  app: { name: "a", machine_type: "S", termination_grace_period: "30s" },
  scaling: { min_concurrency: 4, max_concurrency: 8 },
  runner: { setup: "5s" },
  traffic: [{ kind: "direct", arrivals: { poisson: "20/m" }, service: { exponential: { mean: "4s" } } }],
  rollouts: [{ at: "10m" }],
  run: { for: "20m", warmup: "5m", seeds: 3, modes: ["none", "graceful", "force"] }
})

it("the ways are compared as a rehearsal compares them, byte for byte", async () => {
  const way = (await Effect.runPromise(Way.plan(spec, null)))!
  assert.strictEqual(JSON.stringify(way.report), JSON.stringify(await Effect.runPromise(Experiment.run(spec))))
  assert.hasAllKeys(Way.json(way), ["modes", "escalation", "advice"])
})

it("a graceful rollout that is forced at the end of its grace period is the graceful one", async () => {
  const { escalation, report } = (await Effect.runPromise(Way.plan(spec, null)))!
  const graceful = report.modes.find(({ mode }) => mode === "graceful")!
  const last = escalation.curve.at(-1)!
  assert.strictEqual(last.seconds, 30)
  assert.strictEqual(last.recoveryMs!.mean, graceful.capacity.recoveryMs!.mean)
  assert.strictEqual(last.errors.mean, graceful.inFlight.errored!.mean + graceful.inFlight.retried!.mean)
})

it("there is none without a rollout", async () => {
  assert.isNull(await Effect.runPromise(Way.plan({ ...spec, rollouts: [] }, null)))
})

import * as Grace from "@ebb/plan/grace/Grace"
import { forceRule } from "@ebb/plan/grace/Limits"
import * as Escalation from "@ebb/plan/way/Escalation"
import * as Way from "@ebb/plan/way/Way"
import { Effect } from "effect"
import { assert, describe, it } from "vitest"
import { specOf } from "../SpecOf.ts"

/** Requests of 30 s, and a second rollout so long after the first, with or without a mode of its own. */
const spec = (grace: string, laterAt: string, mode: object = { mode: "force" }) =>
  specOf({
    app: { name: "a", machine_type: "S", termination_grace_period: grace },
    scaling: { min_concurrency: 20, max_concurrency: 20, keep_alive: "1h" },
    runner: { scheduling: "2s", setup: "8s", teardown: "1s", service: "30s" },
    traffic: [{ kind: "direct", arrivals: { poisson: "0.2/s" } }],
    rollouts: [{ at: "20m" }, { at: laterAt, ...mode }],
    run: { for: "30m", warmup: "5m", seeds: 8, modes: ["none", "graceful"] }
  })

describe("a later rollout of the spec that forces", () => {
  it.each([
    ["before the grace period is over", "60s", "1205s", 5],
    ["after it", "2s", "1210s", 2],
    ["long after", "60s", "25m", 60],
    ["at the same moment", "60s", "20m", 0]
  ])("%s: the last row of the escalation is the graceful rollout of the rehearsal", async (_, grace, at, seconds) => {
    const { escalation, report } = (await Effect.runPromise(Way.plan(spec(grace, at), null)))!
    const graceful = report.modes.find(({ mode }) => mode === "graceful")!
    const last = escalation.curve.at(-1)!
    assert.strictEqual(last.seconds, seconds)
    assert.strictEqual(last.recoveryMs!.mean, graceful.capacity.recoveryMs!.mean)
    assert.strictEqual(last.errors.mean, graceful.inFlight.errored!.mean)
    assert.strictEqual(last.lostWorkSeconds.mean > 0, seconds < 30)
  })

  it("holds runners until it comes", async () => {
    const { curve } = (await Effect.runPromise(Escalation.plan(spec("60s", "1205s"), null)))!
    const held = curve.map(({ heldRunnerSeconds }) => heldRunnerSeconds.mean)
    assert.deepStrictEqual(
      held,
      held.toSorted((a, b) => a - b)
    )
    assert.isAbove(held.at(-1)!, held.at(-2)!)
  })

  it("makes no grace period enough that requests outlast it by, and takes what that would have saved", async () => {
    const { limits, periods } = (await Effect.runPromise(Grace.plan(spec("2s", "1210s"), { atSeconds: [] })))!
    assert.isFalse(limits.find(({ rule }) => rule === forceRule)!.ok)
    const { confirmed, graceSeconds } = periods.at(-1)!
    assert.strictEqual(graceSeconds, 30)
    assert.isAbove(confirmed!.mean, 2)
  })

  it("limits nothing where requests are over by then, nor where it is not forced", async () => {
    const limitOf = async (...given: Parameters<typeof spec>) => {
      const { limits, periods } = (await Effect.runPromise(Grace.plan(spec(...given), { atSeconds: [] })))!
      assert.strictEqual(periods.at(-1)!.confirmed!.mean, 0)
      return limits.find(({ rule }) => rule === forceRule)?.ok
    }
    assert.isTrue(await limitOf("2s", "1230s"))
    assert.isUndefined(await limitOf("2s", "1210s", {}))
  })
})

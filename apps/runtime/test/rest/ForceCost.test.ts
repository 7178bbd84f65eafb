import * as Api from "@ebb/protocol/rest/Api"
import type { ForceCost as Cost } from "@ebb/protocol/rest/Events"
import * as ForceCost from "@ebb/runtime/planes/rest/ForceCost"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { Restarted } from "../Restarted.ts"

const spec = `
app: { name: llm, max_multiplexing: 4, termination_grace_period: 60s }
scaling: { min_concurrency: 1, max_concurrency: 1 }
runner: { scheduling: 5ms, setup: 5ms, teardown: 5ms, service: 60s }
`

describe("what a force would cost", () => {
  let ebb: Restarted
  let callers: Array<Promise<Response>>

  beforeEach(async () => {
    ebb = new Restarted()
    await ebb.up(spec)
    await ebb.submit("llm")
    await ebb.submit("llm", { "x-fal-no-retry": "true" })
    callers = [ebb.direct("llm")]
    await ebb.inFlight(3)
  })
  afterEach(async () => {
    await ebb.remove()
    await Promise.allSettled(callers)
  })

  const cost = (): Cost => {
    const { state, world } = ebb.kernel
    return ForceCost.of(state.apps[0]!, world.clock.nowMs())
  }
  const rollOut = (force: boolean) => ebb.ask(Api.rollout, { params: { app: "llm" }, query: {}, body: { force } })
  const report = (rollout: string) => ebb.ask(Api.rolloutReport, { params: { rollout }, query: { wait: "finished" } })

  test("is what it then does cost: only a queued request with attempts left is tried again", async () => {
    expect(cost()).toEqual({ runners: 1, errors: 2, retries: 1 })
    const { id } = await rollOut(true)
    expect(await report(id)).toMatchObject({ inFlight: { atStart: 3, errored: 2, retried: 1 } })
  })

  test("of an escalation is only what is left of the graceful rollout, not the replacement", async () => {
    const { id, ...graceful } = await rollOut(false)
    expect(graceful).not.toHaveProperty("escalatedAt")
    callers.push(ebb.direct("llm"))
    await ebb.inFlight(4)
    expect(cost()).toEqual({ runners: 1, errors: 2, retries: 1 })
    expect(await rollOut(true)).toMatchObject({ id, escalated: { runners: 1, inFlight: 3 } })
    const { rollouts } = await ebb.ask(Api.listRollouts, { params: {}, query: {} })
    expect(rollouts).toMatchObject([{ id, mode: "graceful", escalatedAt: expect.any(String) }])
    expect(await report(id)).toMatchObject({ inFlight: { atStart: 3, errored: 2, retried: 1 } })
  })
})

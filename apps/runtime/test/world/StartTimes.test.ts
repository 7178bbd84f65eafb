import { isStarting } from "@ebb/core/tables/RunnerState"
import { Rollouts } from "@ebb/runtime/control/Rollouts"
import { inFleet } from "@ebb/runtime/control/Views"
import { runnerView } from "@ebb/runtime/planes/rest/EventViews"
import { StartTimes } from "@ebb/runtime/kernel/StartTimes"
import * as Api from "@ebb/protocol/rest/Api"
import { afterEach, expect, test } from "vitest"
import { Restarted } from "../Restarted.ts"

const ebb = new Restarted()
afterEach(() => ebb.remove())

test("a start takes what the middle one of the last 32 took", () => {
  const times = new StartTimes()
  expect(times.typicalMs()).toBeNull()
  for (const ms of [300, 100, 9000]) times.record(ms)
  expect(times.typicalMs()).toBe(300)
  for (let n = 0; n < 32; n++) times.record(50)
  expect(times.typicalMs()).toBe(50)
})

const spec = `
app: { name: llm, machine_type: GPU-H100, termination_grace_period: 5s }
scaling: { min_concurrency: 1, max_concurrency: 1 }
runner: { scheduling: 5ms, setup: 500ms, teardown: 5ms, service: 1ms }
`

const seen = () => ({ kernel: ebb.kernel, rollouts: ebb.running.get(Rollouts) })

/** The view of the runner that starts, once one does. */
const starting = () =>
  ebb.until(
    () => {
      const { kernel, rollouts } = seen()
      const runners = [...kernel.world.runners.all()].filter((live) => live.endedAtMs === null)
      const found = runners.find(
        (live) => isStarting(inFleet(kernel.state, live)?.state ?? 8) && live.beganAtMs !== null
      )
      return found === undefined ? null : { beganAtMs: found.beganAtMs!, view: runnerView(kernel, rollouts, found)! }
    },
    (found) => found !== null
  )

test("a runner that starts says when it should be ready, once one before it was", async () => {
  await ebb.up(spec)
  await ebb.until(
    () => ebb.kernel.state.apps[0]!.slotsReady,
    (ready) => ready === 1
  )
  await ebb.ask(Api.rollout, { params: { app: "llm" }, query: {}, body: {} })
  const { beganAtMs, view } = (await starting())!
  const { startTimes } = ebb.kernel.world.apps[0]!.numbered(1)
  expect(startTimes.typicalMs()).toBeGreaterThan(0)
  expect(view.expectedReadyMs! - beganAtMs).toBe(startTimes.typicalMs())
  await ebb.until(
    () => {
      const { kernel, rollouts } = seen()
      return [...kernel.world.runners.all()].map((live) => runnerView(kernel, rollouts, live))
    },
    (views) => views.some((one) => one?.state === "IDLE" && one.expectedReadyMs === null)
  )
})

import * as Api from "@ebb/protocol/rest/Api"
import * as Turns from "@ebb/runtime/kernel/Turns"
import { RolloutArchive } from "@ebb/runtime/store/RolloutStore"
import { afterEach, assert, beforeEach, describe, it } from "@effect/vitest"
import { vi } from "vitest"
import { Restarted } from "../Restarted.ts"

const runners = 2 * Turns.portion + 100
const spec = `
app: { name: llm, machine_type: GPU-H100, max_multiplexing: 1, termination_grace_period: 60s }
scaling: { min_concurrency: ${runners}, max_concurrency: ${runners}, keep_alive: 600s }
runner: { scheduling: 5ms, setup: 5ms, teardown: 5ms, service: 1h }
`

describe("a rollout of more runners than are written down in one turn", () => {
  let sandbox: Restarted

  beforeEach(async () => {
    sandbox = new Restarted()
    await sandbox.up(spec)
    await sandbox.until(
      () => sandbox.kernel.state.apps[0]!.slotsReady,
      (ready) => ready === runners
    )
  })

  afterEach(() => sandbox.remove())

  const rollOut = (body: object) => sandbox.ask(Api.rollout, { params: { app: "llm" }, query: {}, body })
  const report = (rollout: string, wait?: "finished") =>
    sandbox.ask(Api.rolloutReport, { params: { rollout }, query: wait === undefined ? {} : { wait } })

  it("tells of all of them once it is over, before and after a restart", async () => {
    await sandbox.submit("llm")
    await sandbox.inFlight(1)
    const { id, runners: said } = await rollOut({ force: true })
    assert.strictEqual(said, runners)
    const seen = await sandbox.until(
      () => report(id, "finished"),
      ({ capacity }) => capacity.recoveryMs !== null
    )
    assert.strictEqual(seen.state, "finished")
    assert.strictEqual(new Set(seen.runners.map((runner) => runner.id)).size, runners)
    assert.isTrue(seen.runners.every(({ endedBy }) => endedBy === "killed"))
    assert.strictEqual(seen.inFlight.retried, 1)
    await sandbox.up()
    assert.deepStrictEqual(await report(id), seen)
  })

  it("is known from its beginning, while its report is still being written", async () => {
    const asked = rollOut({})
    while (sandbox.kernel.state.rollouts.length === 0) await new Promise(setImmediate)
    const seen = await report("last")
    assert.strictEqual(seen.state, "running")
    assert.strictEqual(seen.runners.length, runners)
    assert.strictEqual((await asked).id, seen.id)
  })

  it("is running on disk, to be interrupted by a crash, until its report is written", async () => {
    const asked = rollOut({ force: true })
    const onDisk = () => sandbox.running.get(RolloutArchive).find("local", "last")
    while (onDisk() === null) await new Promise(setImmediate)
    const { report, summary } = onDisk()!
    assert.deepStrictEqual([summary.state, report.state, report.runners.length], ["running", "running", 0])
    // It is answered with what has become of it, and does not wait for the list of its runners.
    assert.strictEqual((await asked).state, "finished")
    while (onDisk()!.summary.state === "running") await new Promise(setImmediate)
    const { report: whole, summary: then } = onDisk()!
    assert.deepStrictEqual([then.state, whole.state, whole.runners.length], ["finished", "finished", runners])
  })

  it("has all its signals before a command for the app that comes meanwhile; one for an app gone by then finds none", async () => {
    const { world } = sandbox.kernel
    const app = world.fleet.state.apps[0]!
    const inputs: Array<number> = []
    const { deleteApp, scale } = world.fleet
    const left = () => world.fleet.state.restarts!.get(0)?.left.size ?? 0
    vi.spyOn(world.fleet, "scale").mockImplementation((...args) => {
      inputs.push(left())
      return scale.apply(world.fleet, args)
    })
    vi.spyOn(world.fleet, "deleteApp").mockImplementation((...args) => {
      inputs.push(left())
      return deleteApp.apply(world.fleet, args)
    })
    const place = { params: { app: "llm" }, query: {} }
    const rolled = rollOut({})
    while (left() === 0) await new Promise(setImmediate)
    const commands = [
      sandbox.ask(Api.scale, { ...place, body: { keep_alive: 60 } }),
      sandbox.ask(Api.deleteApp, place),
      sandbox.ask(Api.deleteApp, place)
    ]
    const outcomes = (await Promise.allSettled(commands)).map(({ status }) => status)
    await rolled
    assert.deepStrictEqual(outcomes.slice(1).sort(), ["fulfilled", "rejected"])
    assert.deepStrictEqual([inputs.length, ...inputs], outcomes[0] === "fulfilled" ? [2, 0, 0] : [1, 0])
    assert.isTrue(app.deleted)
  })

  it("is known after a restart in its midst, with what had become of each by then", async () => {
    await sandbox.submit("llm")
    await sandbox.inFlight(1)
    const { id } = await rollOut({})
    await sandbox.until(
      () => report(id),
      (now) => now.runners.filter(({ endedBy }) => endedBy !== null).length === runners - 1
    )
    await sandbox.up()
    const { runners: all, state } = await report(id)
    assert.strictEqual(state, "interrupted")
    assert.strictEqual(all.length, runners)
  })
})

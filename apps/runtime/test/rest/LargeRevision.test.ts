import * as Api from "@ebb/protocol/rest/Api"
import { EndCause } from "@ebb/core/tables/EndCause"
import { RunnerState } from "@ebb/core/tables/RunnerState"
import { afterEach, assert, beforeEach, describe, it } from "@effect/vitest"
import { Restarted } from "../Restarted.ts"

const runners = 1100
/** No machine is left for a third set of them. */
const spec = `
capacity: { GPU-H100: ${2 * runners} }
app: { name: llm, machine_type: GPU-H100, max_multiplexing: 1, termination_grace_period: 60s }
scaling: { min_concurrency: ${runners}, max_concurrency: ${runners}, keep_alive: 600s }
runner: { scheduling: 0s, setup: 0s, teardown: 50s, service: 1h }
`

describe("a revision with more runners than are killed in one turn", () => {
  let sandbox: Restarted

  beforeEach(async () => {
    sandbox = new Restarted()
    await sandbox.up(spec)
    await allReady()
  })

  afterEach(() => sandbox.remove())

  const allReady = () =>
    sandbox.until(
      () => sandbox.kernel.state.apps[0]!.slotsReady,
      (ready) => ready === runners
    )

  const deploy = () => sandbox.ask(Api.deploy, { params: {}, query: {}, body: { spec, strategy: "recreate" } })
  const remove = (revision: string) => sandbox.ask(Api.deleteRevision, { params: { revision }, query: {} })
  const first = async (): Promise<string> => (await sandbox.revisions("llm")).at(-1)!.id
  const setTo = (revision: string, strategy: "recreate" | "rolling") =>
    sandbox.ask(Api.setRevision, { params: { app: "llm" }, query: {}, body: { revision, strategy } })

  it("is gone with its first ones, and is answered when all are killed", async () => {
    const id = await first()
    await deploy()
    const old = [...sandbox.kernel.world.runners.all()].filter(({ revision }) => revision.id === id)
    const ended = () => old.filter(({ endedAtMs }) => endedAtMs !== null).length
    assert.deepStrictEqual([old.length, ended()], [runners, 0])
    const removed = remove(id)
    while (ended() === 0) await new Promise(setImmediate)
    assert.isBelow(ended(), runners)
    const outcome = await setTo(id, "recreate").then(
      () => "set",
      () => "refused"
    )
    await removed
    assert.deepStrictEqual([outcome, ended()], ["refused", runners])
  })

  it("gives up its deploy, though many of it are still ending", async () => {
    const id = await first()
    await deploy()
    const app = sandbox.kernel.state.apps[0]!
    await sandbox.until(
      () => app.ending,
      (ending) => ending === runners
    )
    await allReady()
    const setting = setTo(id, "rolling").then(
      () => "set",
      () => "refused"
    )
    await sandbox.until(
      () => app.verifying,
      (verifying) => verifying !== null
    )
    const { verifying } = app
    await remove(id)
    await setting
    assert.deepStrictEqual([app.verifying, app.revision.number], [null, 2])
    assert.deepStrictEqual([verifying!.state, verifying!.endCause], [RunnerState.TERMINATED, EndCause.operator])
    assert.strictEqual(app.ending, 0)
  })
})

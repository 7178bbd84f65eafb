import * as Orphans from "@ebb/processes/Orphans"
import * as ProcessTable from "@ebb/processes/ProcessTable"
import { Schema } from "effect"
import { assert, describe, it } from "@effect/vitest"
import { newMark, run, script } from "./Run.ts"

const family = Schema.decodeUnknownSync(
  Schema.fromJsonString(Schema.Struct({ runaway: Schema.Int, child: Schema.Int }))
)

const isAlive = (pid: number): boolean => !["Z", undefined].includes(ProcessTable.entry(pid)?.state)

describe("Orphans", () => {
  it("ends everything with the mark, a grandchild in a session of its own too, and nothing else", async () => {
    const mark = newMark()
    const command = ["node", script("family.mjs")]
    const marked = run(command, { mark })
    const decoy = run(command, { mark: `${mark}-decoy` })
    const ours = family(await marked.line(() => true))
    const theirs = family(await decoy.line(() => true))
    assert.notStrictEqual(ProcessTable.entry(ours.runaway)?.groupPid, marked.group.pid)

    const ended = await Orphans.killAll(mark)

    assert.sameMembers(
      ended.map(({ pid }) => pid),
      [marked.group.pid, ours.child, ours.runaway]
    )
    assert.deepStrictEqual(Orphans.find(mark), [])
    assert.isTrue([decoy.group.pid, theirs.child, theirs.runaway].every(isAlive))
  })

  it("finds what outlives the command", async () => {
    const mark = newMark()
    const { group, line } = run(["node", script("family.mjs")], { mark })
    const { runaway } = family(await line(() => true))
    group.kill()
    await group.exited
    await Orphans.killAll(mark)
    assert.isFalse(isAlive(runaway))
  })

  it("does not signal a later process that has the same pid", async () => {
    const mark = newMark()
    const { group } = run(["sleep", "1000"], { mark })
    const [found] = Orphans.find(mark)
    if (found === undefined) return assert.fail("the process is not found by its mark")
    assert.isFalse(Orphans.signal({ ...found, startTicks: found.startTicks + 1 }, mark, "SIGKILL"))
    assert.isFalse(Orphans.signal(found, `${mark}-other`, "SIGKILL"))
    assert.isTrue(isAlive(group.pid))
    assert.isTrue(Orphans.signal(found, mark, "SIGKILL"))
    assert.strictEqual((await group.exited).signal, "SIGKILL")
  })

  it("has nothing to do for a mark that nobody carries", async () => {
    assert.deepStrictEqual(await Orphans.killAll(newMark()), [])
  })
})

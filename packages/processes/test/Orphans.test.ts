import * as Orphans from "@ebb/processes/Orphans"
import * as Owner from "@ebb/processes/Owner"
import * as ProcessTable from "@ebb/processes/ProcessTable"
import { Schema } from "effect"
import { assert, it } from "@effect/vitest"
import { describeEach } from "./EachSystem.ts"
import { newMark, run, script } from "./Run.ts"

const family = Schema.decodeUnknownSync(
  Schema.fromJsonString(Schema.Struct({ runaway: Schema.Int, child: Schema.Int }))
)

const isAlive = (pid: number): boolean => !["Z", undefined].includes(ProcessTable.entry(pid)?.state)

describeEach("Orphans", () => {
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
    let [found] = Orphans.find(mark)
    // Its environment can be read only a moment after it has been started.
    for (; found === undefined; [found] = Orphans.find(mark)) await new Promise(setImmediate)
    assert.isFalse(Orphans.signal({ ...found, start: found.start + 1000 }, "SIGKILL"))
    assert.isFalse(Orphans.signal({ ...found, mark: `${mark}-other` }, "SIGKILL"))
    assert.isTrue(isAlive(group.pid))
    assert.isTrue(Orphans.signal(found, "SIGKILL"))
    assert.strictEqual((await group.exited).signal, "SIGKILL")
  })

  it("finds a child that has cleared its environment, by its parent", async () => {
    const mark = newMark()
    const { group, line } = run(["sh", "-c", "env -i setsid sleep 1000 & echo $!; wait"], { mark })
    const child = Number(await line(() => true))
    while (Orphans.find(mark).length < 2 || ProcessTable.hasMark(child, mark)) await new Promise(setImmediate)
    await Orphans.killAll(mark)
    assert.isFalse(isAlive(child))
    assert.strictEqual((await group.exited).signal, "SIGKILL")
  })

  it("knows a child by its parent, whatever mark it has when it is found: it may clear that before it is signalled", async () => {
    const mark = newMark()
    const { group, line } = run(["sh", "-c", "sleep 1000 & echo $!; wait"], { mark })
    const child = Number(await line(() => true))
    const found = Orphans.find(mark).map(({ mark, pid }) => [pid, mark] as const)
    assert.deepStrictEqual(
      new Map(found),
      new Map([
        [group.pid, mark],
        [child, null]
      ])
    )
    await Orphans.killAll(mark)
    assert.isFalse(isAlive(child))
  })

  it("ends what a process that is gone has left behind, and not what one that lives is using", async () => {
    const kind = `owned${process.pid}`
    const used = Owner.newMark(kind)
    const [, namespace, pid, start] = used.split("-")
    const left = `${kind}-${namespace}-${pid}-${Number(start) - 1000}-1`
    const abandoned = run(["sleep", "1000"], { mark: left })
    const inUse = run(["sleep", "1000"], { mark: used })
    const elsewhere = run(["sleep", "1000"], { mark: `${kind}-7-${pid}-1-1` })
    const ended = await Orphans.killAbandoned(kind)
    assert.deepStrictEqual(
      ended.map(({ pid }) => pid),
      [abandoned.group.pid]
    )
    assert.isTrue(isAlive(inUse.group.pid) && isAlive(elsewhere.group.pid))
  })

  it("has nothing to do for a mark that nobody carries", async () => {
    assert.deepStrictEqual(await Orphans.killAll(newMark()), [])
  })
})

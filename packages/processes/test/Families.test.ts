import * as Families from "@ebb/processes/Families"
import * as Orphans from "@ebb/processes/Orphans"
import * as ProcessTable from "@ebb/processes/ProcessTable"
import { assert, it } from "@effect/vitest"
import { onTestFinished, vi } from "vitest"
import { describeEach } from "./EachSystem.ts"
import { newMark, run } from "./Run.ts"

const isAlive = (pid: number): boolean => !["Z", undefined].includes(ProcessTable.entry(pid)?.state)

/** In a session of its own, with nothing in its environment. */
const hidden = "env -i setsid sleep 1000 & echo $!"

/** A command that starts such a child, and that child, once it is out of sight but for its parent. */
const withHidden = async (behind: string, mark = newMark(), runner = `${mark}-1`) => {
  const { group, line } = run(["sh", "-c", `${hidden}; ${behind}`], { mark, runner })
  const child = Number(await line(() => true))
  onTestFinished(() => {
    if (isAlive(child)) process.kill(child, "SIGKILL")
  })
  const isHidden = () => !ProcessTable.hasMark(child, mark) && ProcessTable.entry(child)?.groupPid === child
  await vi.waitUntil(isHidden, { interval: 1, timeout: 30_000 })
  return { group, child }
}

describeEach("Families", () => {
  it("kills a command with a child that has cleared its environment and moved to its own session", async () => {
    const { child, group } = await withHidden("exec sleep 1000")
    Families.signal([group], [])
    assert.strictEqual((await group.exited).signal, "SIGKILL")
    await Families.end([group])
    assert.isFalse(isAlive(child))
  })

  it("ends such a child of a command that was sent its signal, however long that took to end", async () => {
    const { child, group } = await withHidden("trap 'exit 7' TERM; while :; do sleep 0.01; done")
    Families.signal([], [[group, "SIGTERM"]])
    assert.deepStrictEqual(await group.exited, { code: 7, signal: null })
    assert.isTrue(isAlive(child))
    const ended = await Families.end([group])
    assert.include(
      ended.map(({ pid }) => pid),
      child
    )
    assert.isFalse(isAlive(child))
  })

  it("still knows it when the command is killed after its signal, be the one between them gone", async () => {
    const { child, group } = await withHidden("trap '' TERM; while :; do sleep 0.01; done")
    Families.signal([], [[group, "SIGTERM"]])
    process.kill(group.pid, "SIGKILL")
    await group.exited
    Families.signal([group], [])
    await Families.end([group])
    assert.isFalse(isAlive(child))
  })

  it("ends what bears the mark or is in the group, and nothing of another command", async () => {
    const mark = newMark()
    const one = await withHidden("sleep 1000 & setsid sleep 1000 & exec sleep 1000", mark, `${mark}-1`)
    const other = await withHidden("exec sleep 1000", mark, `${mark}-2`)
    const found = () => Orphans.find(`${mark}-1`).map(({ pid }) => pid)
    await vi.waitUntil(() => found().length === 4, { timeout: 30_000 })
    const own = found()
    Families.signal([one.group], [])
    await one.group.exited
    await Families.end([one.group])
    assert.deepStrictEqual(own.filter(isAlive), [])
    assert.isTrue(isAlive(other.group.pid) && isAlive(other.child))
  })

  it("looks once for all", async () => {
    const all = await Promise.all(Array.from({ length: 5 }, () => withHidden("exec sleep 1000")))
    const groups = all.map(({ group }) => group)
    const looks = vi.spyOn(ProcessTable, "living")
    onTestFinished(() => looks.mockRestore())
    Families.signal(groups.slice(0, 3), [
      [groups[3]!, "SIGTERM"],
      [groups[4]!, "SIGTERM"]
    ])
    assert.strictEqual(looks.mock.calls.length, 1)
    await Promise.all(groups.map(({ exited }) => exited))
    await Families.end(groups)
    assert.deepStrictEqual(
      all.filter(({ child }) => isAlive(child)),
      []
    )
  })
})

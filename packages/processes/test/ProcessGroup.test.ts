import { CommandNotStarted } from "@ebb/processes/Errors"
import { lineLengthMax } from "@ebb/processes/Lines"
import * as ProcessTable from "@ebb/processes/ProcessTable"
import { assert, it } from "@effect/vitest"
import { describeEach } from "./EachSystem.ts"
import { newMark, run, script } from "./Run.ts"

/** Waits until the process is in one of these states, by the kernel's word. */
const inState = async (pid: number, states: string): Promise<void> => {
  while (!states.includes(ProcessTable.entry(pid)?.state ?? "gone")) await new Promise(setImmediate)
}

const notStarted = (command: ReadonlyArray<string>, cwd?: string): string => {
  try {
    run(command, cwd === undefined ? {} : { cwd })
    return "it started"
  } catch (error) {
    assert.instanceOf(error, CommandNotStarted)
    return error.message
  }
}

describeEach("ProcessGroup", () => {
  it("gives the command its port, its variables, the mark and what ebb itself has", async () => {
    const mark = newMark()
    const { group, line } = run(["sh", "-c", 'echo "$PORT $COLOUR $EBB_SANDBOX $PATH"; echo no >&2; exit 3'], {
      port: 20_123,
      mark,
      env: { COLOUR: "blue" }
    })
    assert.deepStrictEqual(await group.exited, { code: 3, signal: null })
    assert.match(await line((line) => line !== "no"), new RegExp(`^20123 blue ${mark} /`))
    await line((line) => line === "no")
  })

  it("runs the node of the user, though bun --bun puts its own in front of it", async () => {
    const { line } = run(["node", "-p", "process.versions.bun ?? 'node'"])
    assert.strictEqual(await line(() => true), "node")
  })

  it("says why a command cannot be started", () => {
    assert.strictEqual(notStarted(["no-such-command"]), 'there is no command "no-such-command"')
    assert.strictEqual(notStarted(["/etc/hostname"]), "/etc/hostname cannot be executed")
    assert.strictEqual(notStarted(["/etc"]), "/etc is a directory")
    assert.strictEqual(notStarted(["true"], "/no/such/place"), "there is no directory /no/such/place")
  })

  it("lets a process that fills its output end, and cuts its endless line", async () => {
    const { group, lines, line } = run(["node", script("chatty.mjs")])
    assert.deepStrictEqual(await group.exited, { code: 0, signal: null })
    await line((line) => line === "line 19999")
    assert.strictEqual(lines[0]?.length, lineLengthMax)
    assert.strictEqual(lines.length, 20_001)
  })

  it("tells a command ended by a signal from one that handles it", async () => {
    const plain = run(["sleep", "1000"])
    plain.group.terminate()
    assert.deepStrictEqual(await plain.group.exited, { code: null, signal: "SIGTERM" })
    const polite = run(["sh", "-c", "trap 'exit 7' TERM; echo on; while :; do sleep 0.01; done"])
    await polite.line((line) => line === "on")
    polite.group.terminate()
    assert.deepStrictEqual(await polite.group.exited, { code: 7, signal: null })
  })

  it("sends SIGTERM to the command alone, so a shell in front of a server leaves the server behind", async () => {
    const { group, line } = run(["sh", "-c", "sleep 1000 & echo $!; wait"])
    const server = Number(await line(() => true))
    group.terminate()
    assert.strictEqual((await group.exited).signal, "SIGTERM")
    assert.deepStrictEqual(
      group.members().map(({ pid }) => pid),
      [server]
    )
    group.kill()
    await inState(server, "Zg")
    assert.deepStrictEqual(group.members(), [])
  })

  it("ends a member that has cleared its environment, when the command itself is gone", async () => {
    const { group, line } = run(["sh", "-c", "env -i sleep 1000 & echo $!; exec sleep 0.05"])
    const other = Number(await line(() => true))
    await group.exited
    group.kill()
    await inState(other, "Zg")
  })

  it("kills the whole group", async () => {
    const { group, line } = run(["sh", "-c", "sleep 1000 & echo $!; wait"])
    const other = Number(await line(() => true))
    group.kill()
    assert.deepStrictEqual(await group.exited, { code: null, signal: "SIGKILL" })
    await inState(other, "Zg")
  })

  it("freezes the whole group and thaws it again", async () => {
    const { group, line } = run(["sh", "-c", "sleep 1000 & echo $!; wait"])
    const other = Number(await line(() => true))
    group.freeze()
    await inState(group.pid, "T")
    await inState(other, "T")
    group.thaw()
    await inState(group.pid, "SR")
    await inState(other, "SR")
  })

  it("signals nobody once it has ended", async () => {
    const { group } = run(["true"])
    await group.exited
    group.terminate()
    group.freeze()
    group.thaw()
    group.kill()
    assert.deepStrictEqual(group.exit, { code: 0, signal: null })
  })
})

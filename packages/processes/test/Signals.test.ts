import * as Signals from "@ebb/processes/Signals"
import * as CurrentSystem from "@ebb/processes/system/CurrentSystem"
import { assert, it } from "@effect/vitest"
import { describeEach } from "./EachSystem.ts"
import { run } from "./Run.ts"

/** The programs ps and lsof do not tell. */
const onLinux = (disposition: Signals.Disposition): Signals.Disposition | undefined =>
  CurrentSystem.current().isSlow ? undefined : disposition

/** A shell blocks every signal for as long as it starts a program: this one starts none. */
const dispositionOf = async (setup: string, name: Signals.StopSignal): Promise<Signals.Disposition | undefined> => {
  const { group, line } = run(["sh", "-c", `${setup} echo on; while :; do :; done`])
  await line((line) => line === "on")
  return Signals.dispositionOf(group.pid, name)
}

describeEach("Signals", () => {
  it("tells a handler for a signal from none and from one that ignores it", async () => {
    assert.strictEqual(await dispositionOf("trap 'exit 0' TERM;", "SIGTERM"), "handled")
    assert.strictEqual(await dispositionOf("trap '' TERM;", "SIGTERM"), "ignored")
    assert.strictEqual(await dispositionOf("trap 'exit 0' USR1;", "SIGTERM"), onLinux("default"))
  })

  it.each(["signal.sigwait([15])", "time.sleep(60)"])(
    "tells a signal that is blocked from one that ends the process: %s",
    async (waits) => {
      const block = "import signal, time; signal.pthread_sigmask(signal.SIG_BLOCK, [15]); print('on', flush=True)"
      const { group, line } = run(["python3", "-c", `${block}; ${waits}`])
      await line((line) => line === "on")
      assert.strictEqual(Signals.dispositionOf(group.pid, "SIGTERM"), onLinux("blocked"))
    }
  )

  it.each(["HUP", "INT", "QUIT", "USR1", "USR2", "TERM", "WINCH"] as const)("reads the bit of SIG%s", async (name) => {
    assert.strictEqual(await dispositionOf(`trap 'exit 0' ${name};`, `SIG${name}`), "handled")
    assert.strictEqual(await dispositionOf(`trap '' ${name};`, `SIG${name}`), "ignored")
  })

  it("sends a group the signal that it stops on", async () => {
    const { group, line } = run(["sh", "-c", "trap 'exit 7' QUIT; echo on; while :; do sleep 0.01; done"])
    await line((line) => line === "on")
    group.terminate("SIGQUIT")
    assert.deepStrictEqual(await group.exited, { code: 7, signal: null })
  })

  it("knows nothing of a process that is gone", async () => {
    const { group } = run(["true"])
    await group.exited
    assert.isUndefined(Signals.dispositionOf(group.pid, "SIGTERM"))
  })
})

import * as Signals from "@ebb/processes/Signals"
import { assert, describe, it } from "@effect/vitest"
import { run } from "./Run.ts"

const onTermOf = async (setup: string): Promise<Signals.Disposition | undefined> => {
  const { group, line } = run(["sh", "-c", `${setup} echo on; while :; do sleep 0.01; done`])
  await line((line) => line === "on")
  return Signals.onTerm(group.pid)
}

describe("Signals", () => {
  it("tells a handler for SIGTERM from none and from one that ignores it", async () => {
    assert.strictEqual(await onTermOf("trap 'exit 0' TERM;"), "handled")
    assert.strictEqual(await onTermOf("trap '' TERM;"), "ignored")
    assert.strictEqual(await onTermOf("trap 'exit 0' INT;"), "default")
  })

  it("knows nothing of a process that is gone", async () => {
    const { group } = run(["true"])
    await group.exited
    assert.isUndefined(Signals.onTerm(group.pid))
  })
})

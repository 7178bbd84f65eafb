import type { LiveRunner } from "@ebb/runtime/kernel/LiveRunner"
import type { ShellSession } from "@ebb/runtime/kernel/ShellSession"
import { afterEach, beforeEach, expect, test } from "vitest"
import { ownServer } from "../OwnServer.ts"
import { Restarted } from "../Restarted.ts"

let ebb: Restarted
beforeEach(() => {
  ebb = new Restarted()
  ebb.allowProcesses = true
})
afterEach(() => ebb.remove())

const size = { rows: 24, columns: 80 }

const serving = (): Promise<LiveRunner | undefined> =>
  ebb.until(
    () => [...ebb.kernel.world.runners.all()].find(({ readyAtMs }) => readyAtMs !== null),
    (live) => live !== undefined
  )

const outputOf = async ({ output }: ShellSession): Promise<string> => {
  const chunks: Array<Uint8Array> = []
  for await (const chunk of output) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

test("a command and a shell beside a runner have its port, as everything else of its environment", async () => {
  await ebb.up(ownServer)
  const runner = (await serving())!
  const [, port] = runner.logs.all().flatMap(({ message }) => /on port (\d+)$/.exec(message) ?? [])
  const seen = `${port} ${runner.id}`
  const print = 'echo "$PORT $FAL_JOB_ID"'
  const { shell } = runner.revision.processes!
  for (const terminal of [null, size]) {
    expect((await outputOf(shell(runner, ["sh", "-c", print], terminal))).trim()).toBe(seen)
  }
  const typed = shell(runner, [], size)
  typed.write(Buffer.from(`${print}; exit\n`))
  expect(await outputOf(typed)).toContain(seen)
})

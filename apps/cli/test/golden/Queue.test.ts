import { assert, describe, it } from "@effect/vitest"
import * as FakeSandbox from "../FakeSandbox.ts"
import { ebb } from "../RunEbb.ts"

const size: FakeSandbox.Answers = {
  queueSize: ({ params }) =>
    params["app"] === "demo"
      ? { size: 3, by_user: { local: 2, other: 1 } }
      : new FakeSandbox.Refusal(404, "Application 'nope' not found"),
  flushQueue: () => ({ flushed: 3 })
}

describe("ebb queue", () => {
  it("21: size and flush", async () => {
    const { calls, host } = FakeSandbox.start(size)
    assert.deepStrictEqual(await ebb({ host }, "queue size demo"), { code: 0, out: "Total queue size: 3\n", err: "" })
    assert.strictEqual((await ebb({ host }, "queue size demo --json")).out, '{"size": 3}\n')
    const unknown = await ebb({ host }, "queue size nope")
    assert.deepStrictEqual([unknown.code, unknown.out], [1, ""])
    assert.match(unknown.err, /^✘ Failed to get queue size: Application ('nope' )?not found\n$/)
    assert.strictEqual((await ebb({ host }, "queue flush demo")).out, "Queue flushed successfully.\n")
    await ebb({ host }, "queue flush demo --caller-user-id local")
    assert.deepStrictEqual(calls.at(-1)?.query, { callerUserId: "local" })
  })
  it("by user", async () => {
    const { host } = FakeSandbox.start(size)
    const { out } = await ebb({ host }, "queue size demo --by-user")
    assert.match(out, /┃ Name  ┃ Count ┃/)
    assert.match(out, /│ local │ +2 +│/)
    assert.isTrue(out.endsWith("Total queue size: 3\n"))
    assert.strictEqual(
      (await ebb({ host }, "queue size demo --by-user --json")).out,
      '{"size": 3, "by_user": {"local": 2, "other": 1}}\n'
    )
  })
  it("a bad key is named as such", async () => {
    const bad = { env: { EBB_KEY: "bad:bad" } }
    assert.strictEqual((await ebb(FakeSandbox.start(size), "queue flush demo", bad)).err, "✘ Invalid credentials\n")
  })
})

import { assert, describe, it } from "@effect/vitest"
import * as FakeSandbox from "../FakeSandbox.ts"
import { ebb } from "../RunEbb.ts"

const isOf = (query: unknown, caller: string): boolean => JSON.stringify(query) === `{"callerUserId":"${caller}"}`

const size: FakeSandbox.Answers = {
  queueSize: ({ params }) =>
    params["app"] === "demo"
      ? { size: 3, by_user: { local: 2, other: 1 } }
      : new FakeSandbox.Refusal(404, "Application 'nope' not found"),
  flushQueue: ({ query }) =>
    isOf(query, "lcoal")
      ? new FakeSandbox.Refusal(404, "Caller 'lcoal' not found; name it by its team or its user id")
      : { flushed: isOf(query, "acme") ? 0 : 3 }
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
  it("a flush of nothing is told from one of something, and refused for nobody", async () => {
    const { host } = FakeSandbox.start(size)
    const out = "Queue flushed successfully.\n"
    const told = (more: string) => ebb({ host }, `queue flush demo${more}`)
    assert.deepStrictEqual(await told(""), { code: 0, out, err: "3 requests cancelled.\n" })
    assert.deepStrictEqual(await told(" --caller-user-id local"), {
      code: 0,
      out,
      err: "3 requests of local cancelled.\n"
    })
    assert.deepStrictEqual(await told(" --caller-user-id acme"), {
      code: 0,
      out,
      err: "No request of acme was waiting.\n"
    })
    assert.strictEqual((await told(" --caller-user-id acme --json")).out, '{"ok": true, "flushed": 0}\n')
    assert.deepStrictEqual(await told(" --caller-user-id lcoal"), {
      code: 1,
      out: "",
      err: "✘ Failed to flush queue: Caller 'lcoal' not found; name it by its team or its user id\n"
    })
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

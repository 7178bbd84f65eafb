import { Sender } from "@ebb/dashboard/live/Sender"
import { afterEach, assert, describe, it, vi } from "vitest"

/** Keys that were made and revoked; those of `refused` are not made. */
const keys = ({ refused = 0 } = {}) => {
  const made: Array<string> = []
  const revoked: Array<string> = []
  let asked = 0
  return {
    made,
    revoked,
    createKey: async (description: string) => {
      if (++asked <= refused) throw new Error("no key for now")
      made.push(`k${asked}`)
      await Promise.resolve()
      return { key_id: `k${asked}`, key_secret: "s", scope: "API" as const, description }
    },
    revokeKey: (key: string) => Promise.resolve(revoked.push(key))
  }
}

describe("who sends requests from the page", () => {
  afterEach(() => {
    vi.unstubAllGlobals()
  })

  it("makes one key for all that go out together, and revokes it", async () => {
    vi.stubGlobal("fetch", () => Promise.resolve({ status: 200 }))
    const api = keys()
    const sender = new Sender(api, "local")
    const statuses = await Promise.all([1, 2, 3].map(() => sender.send("chat", "queued", null)))
    assert.deepStrictEqual(statuses, [200, 200, 200])
    await sender.end()
    assert.deepStrictEqual(api.made, ["k1"])
    assert.deepStrictEqual(api.revoked, ["k1"])
  })

  it("asks again for a key that it did not get", async () => {
    vi.stubGlobal("fetch", () => Promise.resolve({ status: 200 }))
    const sender = new Sender(keys({ refused: 1 }), "local")
    const first = await sender.send("chat", "direct", 1).catch((error: Error) => error.message)
    assert.strictEqual(first, "no key for now")
    assert.strictEqual(await sender.send("chat", "direct", 1), 200)
  })
})

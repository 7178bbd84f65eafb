import { assert, it } from "@effect/vitest"
import * as FakeSandbox from "./FakeSandbox.ts"
import { ebb } from "./RunEbb.ts"

const id = "11111111-aaaa-4bbb-8ccc-000000000001"
const startedAt = "2026-01-01T00:00:00.000Z"
const line = { timestamp: startedAt, level: "INFO", message: "hello" }

/** A sandbox whose log of the runner has one line and then ends as it is told, the runner with it or not. */
const sandbox = (endedAt: string | null, end: (stop: () => Promise<void>) => Promise<"closed" | "cut">) => {
  const fake = FakeSandbox.start({ runnerLogs: () => ({ startedAt, endedAt, logs: [] }) }, (_, url) => {
    if (url.pathname !== "/logs/stream") return null
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode(`data: ${JSON.stringify(line)}\n\n`)),
      pull: async (controller) => {
        // The line must have come before the end does.
        await Bun.sleep(100)
        if ((await end(fake.stop)) === "closed") controller.close()
        else controller.error(new Error("cut"))
      }
    })
    return new Response(body, { headers: { "content-type": "text/event-stream" } })
  })
  return fake
}

const closed = () => Promise.resolve("closed" as const)
const cut = () => Promise.resolve("cut" as const)

it("a followed log that ends with its runner is a success", async () => {
  const { code, err, out } = await ebb(sandbox(startedAt, closed), `runners logs ${id} -f`)
  assert.deepStrictEqual([code, err], [0, ""])
  assert.include(out, "hello")
})

it.each([
  ["is cut off", sandbox.bind(null, startedAt, cut)],
  ["ends though its runner runs on", sandbox.bind(null, null, closed)],
  [
    "ends with the sandbox",
    sandbox.bind(null, startedAt, async (stop) => {
      void stop()
      return "closed"
    })
  ]
])("a followed log that %s is a failure, which says so", async (_, start) => {
  const made = start()
  const { code, err } = await ebb(made, `runners logs ${id} -f`)
  const help = `See what is kept of it with: ebb runners logs ${id}`
  assert.deepStrictEqual(
    [code, err],
    [1, `✘ The connection to ${made.host} broke before the end of the log. ${help}\n`]
  )
})

import { assert, it } from "@effect/vitest"
import * as FakeSandbox from "./FakeSandbox.ts"
import { ebb } from "./RunEbb.ts"

const id = "11111111-aaaa-4bbb-8ccc-000000000001"
const startedAt = "2026-01-01T00:00:00.000Z"
const line = { timestamp: startedAt, level: "INFO", message: "hello" }

type End = "closed" | "cut" | "stopped"

/** Follows a log that has one line and, once that was printed, ends in this way, its runner with it or not. */
const followed = async (endedAt: string | null, end: End) => {
  const printed = Promise.withResolvers<void>()
  const fake = FakeSandbox.start({ runnerLogs: () => ({ startedAt, endedAt, logs: [] }) }, (_, url) => {
    if (url.pathname !== "/logs/stream") return null
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode(`data: ${JSON.stringify(line)}\n\n`)),
      pull: async (controller) => {
        await printed.promise
        if (end === "closed") return controller.close()
        if (end === "cut") return controller.error(new Error("the log is cut, as it should be"))
        void fake.stop()
      }
    })
    return new Response(body, { headers: { "content-type": "text/event-stream" } })
  })
  const onOut = (text: string) => void (text.includes("hello") && printed.resolve())
  return { host: fake.host, ...(await ebb(fake, `runners logs ${id} -f`, { onOut })) }
}

it("a followed log that ends with its runner is a success", async () => {
  const { code, err, out } = await followed(startedAt, "closed")
  assert.deepStrictEqual([code, err], [0, ""])
  assert.include(out, "hello")
})

it.each([
  ["is cut off", startedAt, "cut"],
  ["ends though its runner runs on", null, "closed"],
  ["ends with the sandbox", startedAt, "stopped"]
] as const)("a followed log that %s is a failure, which says so", async (_, endedAt, end) => {
  const { code, err, host } = await followed(endedAt, end)
  const help = `See what is kept of it with: ebb runners logs ${id}`
  assert.deepStrictEqual([code, err], [1, `✘ The connection to ${host} broke before the end of the log. ${help}\n`])
})

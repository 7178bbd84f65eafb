import { Pacer } from "@ebb/runtime/kernel/Pacer"
import { Tasks } from "@ebb/runtime/kernel/Tasks"
import * as Checks from "@ebb/runtime/runners/process/Checks"
import { expect, onTestFinished, test } from "vitest"
import { Hands } from "../Hands.ts"

const limitMs = 2000

/** A health check that is under way when the sandbox stands still for longer than its limit; `answer` lets the server speak. */
const stalled = async () => {
  const clock = new Hands()
  const pacer = new Pacer(clock, [new Tasks()], new Tasks())
  const asked = Promise.withResolvers<void>()
  const answered = Promise.withResolvers<Response>()
  const fetch = (): Promise<Response> => {
    asked.resolve()
    return answered.promise
  }
  const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch })
  onTestFinished(async () => {
    pacer.stop()
    await server.stop(true)
  })
  const settings = { path: "/", method: "GET", startPeriodSeconds: 0, timeoutSeconds: 2 } as const
  const check = { ...settings, failureThreshold: 1, callRegularly: true }
  const address = { host: "127.0.0.1", port: server.port! }
  const passed = Checks.health(address, check, (over) => pacer.limit(limitMs, over))
  await asked.promise
  clock.at = 2 * limitMs
  pacer.input(() => {})
  return { answer: () => answered.resolve(new Response("ok")), passed }
}

test("a check that was answered during a stall has passed, though its limit ran out meanwhile", async () => {
  const { answer, passed } = await stalled()
  answer()
  expect(await passed).toBe(true)
})

test("one that was not answered by the end of a stall has failed", async () => {
  const { passed } = await stalled()
  expect(await passed).toBe(false)
})

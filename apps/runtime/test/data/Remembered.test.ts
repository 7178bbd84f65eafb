import * as Api from "@ebb/protocol/rest/Api"
import { afterEach, beforeEach, expect, test } from "vitest"
import { Restarted, spec } from "../Restarted.ts"

let ebb: Restarted
beforeEach(async () => {
  ebb = new Restarted()
  await ebb.up(spec("1ms"))
})
afterEach(() => ebb.remove())

const params = { app: "llm" }

const statusWith = async (authorization: string): Promise<number> => (await ebb.direct("llm", { authorization })).status

test("a key that was used is refused from the moment it is revoked, however it is written", async () => {
  const { key_id: id, key_secret: secret } = await ebb.ask(Api.createKey, { params: {}, body: { scope: "API" } })
  const written = [`Key ${id}:${secret}`, `key  ${id}:${secret}`, `Key ${id}:${secret} ${"x".repeat(1000)}`]
  for (const header of [...written, ...written]) expect(await statusWith(header)).toBe(200)
  expect(await statusWith(`Key ${id}:${secret}x`)).toBe(401)
  await ebb.ask(Api.revokeKey, { params: { key: id } })
  for (const header of written) expect(await statusWith(header)).toBe(401)
})

test("an address that was used leads to what is there now: nothing, or another app of that name", async () => {
  const first = await ebb.direct("llm")
  expect([first.status, (await ebb.direct("llm")).status, (await ebb.direct("llm/")).status]).toEqual([200, 200, 200])
  await ebb.ask(Api.deleteApp, { params, query: {} })
  expect((await ebb.direct("llm")).status).toBe(404)
  await ebb.ask(Api.deploy, { params: {}, body: { spec: spec("1ms"), name: "llm" } })
  const second = await ebb.direct("llm")
  expect(second.status).toBe(200)
  expect(second.headers.get("x-ebb-revision")).not.toBe(first.headers.get("x-ebb-revision"))
})

test("the query of a call is its own, though the address in front of it was used before", async () => {
  const id = await ebb.submit("llm", { "x-ebb-service": "30s" })
  await ebb.inFlight(1)
  expect((await ebb.queue("POST", "llm")).status).toBe(200)
  expect((await ebb.queue("POST", "llm?fal_max_queue_length=0")).status).toBe(429)
  expect((await ebb.queue("POST", "llm?fal_max_queue_length=1")).status).toBe(200)
  expect((await ebb.queue("POST", "llm?fal_max_queue_length=x")).status).toBe(400)
  expect((await ebb.queue("PUT", `llm/requests/${id}/cancel`)).status).toBe(202)
})

test("an answer names its runner as it is now: started anew, with the secrets of then", async () => {
  const marks = async () => {
    const { headers } = await ebb.direct("llm")
    return ["x-ebb-runner", "x-ebb-env-version"].map((name) => headers.get(name))
  }
  const [runner, version] = await marks()
  expect(await marks()).toEqual([runner, version])
  await ebb.ask(Api.setSecret, { params: { name: "K" }, query: {}, body: { value: "v" } })
  expect(await marks()).toEqual([runner, version])
  await ebb.ask(Api.rollout, { params, query: {}, body: {} })
  const after = await ebb.until(marks, ([now]) => now !== runner)
  expect(after).toEqual([expect.any(String), String(Number(version) + 1)])
})

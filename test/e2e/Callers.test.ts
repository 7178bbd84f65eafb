import { Schema } from "effect"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { Ebb } from "./Ebb.ts"

const ebb = new Ebb()
let acme = ""

beforeAll(async () => {
  const spec = join(ebb.data, "one.yaml")
  writeFileSync(
    spec,
    `app: { name: one, auth: shared, max_multiplexing: 1, termination_grace_period: 3s }
scaling: { min_concurrency: 1, max_concurrency: 1, keep_alive: 300s }
runner: { scheduling: 5ms, setup: 5ms, service: 60s }
`
  )
  await ebb.up(spec)
  await ebb.serving("one", 1)
  acme = /FAL_KEY='(.+)'/.exec(ebb.run("teams", "create", "acme").stdout)?.[1] ?? ""
})

afterAll(() => ebb.remove())

type Headers = Readonly<Record<string, string>>
const ask = (method: string, path: string, key = ebb.key, headers: Headers = {}) =>
  fetch(`${ebb.url}/${path}`, {
    method,
    headers: { authorization: `Key ${key}`, "content-type": "application/json", ...headers },
    ...(method === "POST" ? { body: "{}" } : {})
  })

const State = Schema.Struct({
  request_id: Schema.String,
  status: Schema.String,
  queue_position: Schema.optionalKey(Schema.Int)
})
const submit = async (key = ebb.key, headers: Headers = {}) =>
  Schema.decodeUnknownSync(State)(await (await ask("POST", "queue.fal.run/local/one", key, headers)).json()).request_id
const state = async (id: string) =>
  Schema.decodeUnknownSync(State)(await (await ask("GET", `queue.fal.run/local/one/requests/${id}/status`)).json())
const sizes = async () => (await ask("GET", "applications/local/one/queue?by_user=true")).json()
const flush = (caller: string) =>
  ask("DELETE", `applications/local/one/queue?caller_user_id=${encodeURIComponent(caller)}`)

test("a caller has one name in the tables of runners, in the queue and where it is flushed", async () => {
  await submit(acme)
  const [runner] = await ebb.inFlight("one", 1)
  expect(runner!.leases.map(({ caller_user_id }) => caller_user_id)).toEqual(["acme"])
  for (const key of [acme, acme, ebb.key]) await submit(key)
  expect(await sizes()).toEqual({ size: 3, by_user: { acme: 2, local: 1 } })
  const nobody = ebb.run("queue", "flush", "one", "--caller-user-id", "nobody")
  expect([nobody.code, nobody.stdout]).toEqual([1, ""])
  expect(nobody.stderr).toContain("Failed to flush queue: Caller 'nobody' not found")
  expect(await sizes()).toEqual({ size: 3, by_user: { acme: 2, local: 1 } })
  expect((await flush("local")).status).toBe(200)
  expect(await sizes()).toEqual({ size: 2, by_user: { acme: 2 } })
  // The public command line knows a user by the id that it is told, or by what is behind its bar.
  const User = Schema.Struct({ nickname: Schema.String, user_id: Schema.String })
  const user = Schema.decodeUnknownSync(User)(await (await ask("GET", "users/current", acme)).json())
  expect(user.nickname).toBe("acme")
  expect((await flush(user.user_id.split("|")[1]!)).status).toBe(200)
  expect(await sizes()).toEqual({ size: 0, by_user: {} })
  await submit(acme)
  expect((await flush(user.user_id)).status).toBe(200)
  expect(await sizes()).toEqual({ size: 0, by_user: {} })
})

test("a request in back-off says in the queue where it would be if it were back", async () => {
  const [runner] = await ebb.inFlight("one", 1)
  expect(ebb.run("runners", "kill", runner!.runner_id).code).toBe(0)
  await ebb.serving("one", 1)
  expect((await ask("DELETE", "applications/local/one/queue")).status).toBe(200)
  const low = await submit(ebb.key, { "x-fal-queue-priority": "low" })
  const [on] = await ebb.inFlight("one", 1)
  const normal = [await submit(), await submit()]
  expect(ebb.run("apps", "fault", "one", "scheduling_failure").code).toBe(0)
  expect(ebb.run("runners", "kill", on!.runner_id).code).toBe(0)
  const back = await ebb.until(
    () => state(low),
    ({ status }) => status === "IN_QUEUE"
  )
  expect(back.queue_position).toBe(2)
  expect((await Promise.all(normal.map(state))).map(({ queue_position }) => queue_position)).toEqual([0, 1])
})

test("every answer about a request that was accepted has its id, and none to one that was refused before", async () => {
  const idOf = async (answer: Promise<Response>) => {
    const { headers, status } = await answer
    return [status, headers.get("x-fal-request-id")] as const
  }
  const id = await submit()
  const about = `queue.fal.run/local/one/requests/${id}`
  expect(await idOf(ask("GET", `${about}/status`))).toEqual([202, id])
  expect(await idOf(ask("GET", about))).toEqual([400, id])
  expect(await idOf(ask("PUT", `${about}/cancel`))).toEqual([202, id])
  expect(await idOf(ask("GET", `${about}/status`))).toEqual([200, id])
  expect(await idOf(ask("GET", about))).toEqual([499, id])
  const late = await idOf(ask("POST", "fal.run/local/one", ebb.key, { "x-fal-request-timeout": "0.2" }))
  expect(late).toEqual([504, expect.stringMatching(/^[0-9a-f-]{36}$/)])
  const refused = [
    ask("POST", "fal.run/local/one", "not:good"),
    ask("POST", "fal.run/local/nope"),
    ask("POST", "queue.fal.run/local/one", ebb.key, { "x-fal-queue-priority": "high" }),
    ask("GET", "queue.fal.run/local/one/requests/nope/status")
  ]
  expect(await Promise.all(refused.map(idOf))).toEqual([
    [401, null],
    [404, null],
    [400, null],
    [404, null]
  ])
})

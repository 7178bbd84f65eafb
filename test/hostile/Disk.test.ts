import * as Api from "@ebb/protocol/rest/Api"
import { Schema } from "effect"
import { join } from "node:path"
import { afterAll, beforeEach, expect, test } from "vitest"
import { Ebb } from "../e2e/Ebb.ts"
import { noSmallDisk, SmallDisk } from "./SmallDisk.ts"

const disk = new SmallDisk(6)
const ebb = new Ebb(join(disk.path, "data"))

beforeEach(({ skip }) => skip(!disk.isThere, noSmallDisk))
afterAll(async () => {
  await ebb.remove()
  disk.remove()
})

const decodeAck = Schema.decodeUnknownSync(Schema.Struct({ request_id: Schema.String }))
const words = "cannot write to its data directory: no space is left"

const submit = (token: string): Promise<Response> =>
  fetch(`${ebb.url}/queue.fal.run/local/demo`, {
    method: "POST",
    headers: { authorization: `Key ${ebb.key}`, "x-ebb-service": "50ms" },
    body: JSON.stringify({ token, pad: "x".repeat(3000) })
  })

/** Sets secrets until one is refused, and says why. A full disk still has room for a few in the log of the database. */
const fillSecrets = async (): Promise<string> => {
  for (let n = 0; ; n++) {
    const set = { params: { name: `A${n}` }, query: {}, body: { value: "x".repeat(10_000) } }
    const refusal = await ebb.ask(Api.setSecret, set).then(
      () => null,
      (error: Error) => error.message
    )
    if (refusal !== null) return refusal
  }
}

const result = (id: string): Promise<Response> =>
  fetch(`${ebb.url}/queue.fal.run/local/demo/requests/${id}`, { headers: { authorization: `Key ${ebb.key}` } })

/** Submits until one is refused: what was acknowledged, by request id, and the refusal. */
const fillQueue = async (): Promise<{ acknowledged: Map<string, string>; refusal: Response }> => {
  const acknowledged = new Map<string, string>()
  for (let n = 0; ; n++) {
    const answer = await submit(`token-${n}`)
    if (answer.status !== 200) return { acknowledged, refusal: answer }
    acknowledged.set(decodeAck(await answer.json()).request_id, `token-${n}`)
  }
}

const direct = async (): Promise<number> => (await ebb.direct("local/demo", { service: "1ms" })).status

test("a full disk: what needs it is refused with 507, the rest goes on, nothing is lost", async () => {
  await ebb.up()
  await ebb.serving("demo", 1)
  disk.fill(300_000)
  const { acknowledged, refusal } = await fillQueue()
  expect([refusal.status, await refusal.text()]).toEqual([507, expect.stringContaining(words)])
  expect(await fillSecrets()).toContain(words)
  expect(await direct()).toBe(200)
  expect((await ebb.ask(Api.status, { params: {} })).apps).toBe(1)
  disk.makeRoom()
  for (const [id, token] of acknowledged) {
    const answer = await ebb.until(
      () => result(id),
      ({ status }) => status !== 400
    )
    expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining(token)])
  }
  await ebb.until(
    () => submit("later"),
    ({ status }) => status === 200
  )
})

test("a disk that is full at the start is told in one sentence", async () => {
  await ebb.end("SIGINT")
  disk.fill(0)
  const failure = await ebb.up().then(
    () => "it is up",
    (error: Error) => error.message
  )
  expect(failure).toMatch(/^ebb up ended with 1: .*cannot be written: no space is left/)
  expect(failure).not.toMatch(/\n\s+at /)
  disk.makeRoom()
  await ebb.up()
  expect(await direct()).toBe(200)
})

test("so is one that is read-only", async () => {
  await ebb.end("SIGINT")
  expect(disk.remount("ro")).toBe(true)
  const failure = await ebb.up().then(
    () => "it is up",
    (error: Error) => error.message
  )
  expect(failure).toMatch(/^ebb up ended with 1: .*read-only/)
  expect(failure).not.toMatch(/\n\s+at /)
  disk.remount("rw")
})

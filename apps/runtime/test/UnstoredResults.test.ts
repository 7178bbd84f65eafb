import * as Api from "@ebb/protocol/rest/Api"
import { afterAll, beforeAll, expect, test } from "vitest"
import { Restarted, spec } from "./Restarted.ts"

const ebb = new Restarted()
beforeAll(() => ebb.up(spec("1ms")))
afterAll(() => ebb.remove())

test("a result that is not stored is there until it was read, whoever asks for its head alone", async () => {
  const id = await ebb.submit("llm", { "x-fal-store-io": "0" })
  await ebb.settled(id)
  const path = `llm/requests/${id}`
  expect((await ebb.queue("HEAD", path)).status).toBe(200)
  const read = await ebb.queue("GET", path)
  expect([read.status, await read.text()]).toEqual([200, "{}"])
  expect((await ebb.queue("GET", path)).status).toBe(404)
})

test("the logs of a runner from a time that is none are refused", async () => {
  const headers = { authorization: `Key ${ebb.key}` }
  const { runners } = await ebb.ask(Api.listRunners, { params: {}, query: {} })
  for (const name of ["since", "until"]) {
    const answer = await fetch(`${ebb.running.url}/v1/runners/${runners[0]!.runner_id}/logs?${name}=yesterday`, {
      headers
    })
    expect([answer.status, await answer.json()]).toMatchObject([
      400,
      { detail: `${name} must be an ISO time, got 'yesterday'` }
    ])
  }
})

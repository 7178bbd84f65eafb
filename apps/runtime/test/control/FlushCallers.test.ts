import * as Api from "@ebb/protocol/rest/Api"
import { afterEach, beforeEach, expect, test } from "vitest"
import { Restarted, spec } from "../Restarted.ts"

let ebb: Restarted
beforeEach(() => {
  ebb = new Restarted()
})
afterEach(() => ebb.remove())

const flush = (callerUserId: string) => ebb.ask(Api.flushQueue, { params: { app: "llm" }, query: { callerUserId } })

test("a flush for a caller that does not exist is refused, on every wire; one for a caller without a request is none", async () => {
  await ebb.up(spec("60s"))
  await ebb.submit("llm")
  await ebb.inFlight(1)
  await ebb.submit("llm")
  await ebb.ask(Api.createTeam, { params: {}, body: { name: "acme" } })
  await expect(flush("lcoal")).rejects.toThrow("Caller 'lcoal' not found; name it by its team or its user id")
  const path = "applications/local/llm/queue?caller_user_id=lcoal"
  const headers = { authorization: `Key ${ebb.key}` }
  expect((await fetch(`${ebb.running.url}/${path}`, { method: "DELETE", headers })).status).toBe(404)
  expect(await flush("acme")).toEqual({ flushed: 0 })
  expect(await flush("local")).toEqual({ flushed: 1 })
})

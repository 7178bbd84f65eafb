import * as Api from "@ebb/protocol/rest/Api"
import { DatabaseSync } from "node:sqlite"
import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { Restarted, spec } from "./Restarted.ts"

let ebb: Restarted
beforeEach(() => {
  ebb = new Restarted()
})
afterEach(async () => {
  vi.restoreAllMocks()
  await ebb.remove()
})

const commitMs = 150

/** Every commit takes so long as it does on a disk that is nearly dead. */
const slowDown = () => {
  const exec = DatabaseSync.prototype.exec
  const held = new Int32Array(new SharedArrayBuffer(4))
  return vi.spyOn(DatabaseSync.prototype, "exec").mockImplementation(function (this: DatabaseSync, sql: string) {
    if (sql === "commit") Atomics.wait(held, 0, 0, commitMs)
    return exec.call(this, sql)
  })
}

test("on a slow disk everything takes longer, and nothing that was acknowledged is lost", async () => {
  await ebb.up(spec("1ms"))
  const slow = slowDown()
  const ids = await Promise.all(Array.from({ length: 8 }, () => ebb.submit("llm")))
  expect((await ebb.direct("llm")).status).toBe(200)
  await ebb.ask(Api.setSecret, { params: { name: "A" }, query: {}, body: { value: "1" } })
  const { outcome } = await ebb.settled(ids[0]!)
  expect(outcome).toBe("completed")
  expect(slow.mock.calls.filter(([sql]) => sql === "commit").length).toBeGreaterThan(3)
  await ebb.end()
  vi.restoreAllMocks()
  await ebb.up()
  for (const id of ids) expect((await ebb.settled(id)).outcome).toBe("completed")
  expect((await ebb.ask(Api.listSecrets, { params: {}, query: {} })).secrets).toHaveLength(1)
})

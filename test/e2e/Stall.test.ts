import * as Api from "@ebb/protocol/rest/Api"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { Ebb } from "./Ebb.ts"

const ebb = new Ebb()
const server = join(import.meta.dirname, "servers/node.mjs")
const graceMs = 2000

const write = (name: string, lines: string): string => {
  const file = join(ebb.data, `${name}.yaml`)
  writeFileSync(file, lines)
  return file
}

const drains = `
app: { name: drains, max_multiplexing: 5, termination_grace_period: ${graceMs}ms }
scaling: { min_concurrency: 2, max_concurrency: 2 }
runner: { command: [node, ${server}] }
`

/** It listens after a second, which is in time. */
const starts = `
app: { name: starts, startup_timeout: ${graceMs}ms }
scaling: { min_concurrency: 0, max_concurrency: 1 }
runner: { command: [sh, -c, "sleep 1; exec node ${server}"] }
`

beforeAll(async () => {
  await ebb.up(write("drains", drains), write("starts", starts))
  await ebb.serving("drains", 2)
})
afterAll(() => ebb.remove())

test("limits that ran out while the sandbox stood still do not undo what processes did in time", async () => {
  const inTime = Array.from({ length: 8 }, () => ebb.direct("local/drains/?ms=1900"))
  await ebb.inFlight("drains", 8)
  // Each server has taken its connections in: one that closes its port before would reset them.
  await Promise.all([0, 0].map((ms) => ebb.direct(`local/drains/?ms=${ms}`)))
  const cold = ebb.direct("local/starts/?ms=0")
  await ebb.until(
    () => ebb.runners("starts"),
    (all) => all.some(({ state }) => state === "SETUP")
  )
  await ebb.ask(Api.rollout, { params: { app: "drains" }, query: {}, body: {} })
  const { begun: meanwhile } = await ebb.standStill(2 * graceMs, () => ebb.direct("local/drains/?ms=0"))
  const statuses = await Promise.all([...inTime, cold, meanwhile].map(async (answer) => (await answer).status))
  expect(statuses).toEqual(Array.from({ length: 10 }, () => 200))
  expect((await ebb.finished()).inFlight).toMatchObject({ drained: 8, errored: 0 })
  expect((await ebb.runners("starts")).map(({ state }) => state)).toEqual(["IDLE"])
})

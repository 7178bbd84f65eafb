import { afterAll, beforeAll, expect, test } from "vitest"
import { ownServer, said } from "./OwnServer.ts"
import { Restarted } from "./Restarted.ts"

const ebb = new Restarted()
ebb.allowProcesses = true

beforeAll(() => ebb.up(ownServer))
afterAll(() => ebb.remove())

const posing = "x-fal-error-type: request_timeout\r\nx-fal-request-timeout-type: user\r\nx-own: 1"

test("an app cannot say that the platform made an error: of a direct request", async () => {
  for (const status of [200, 422, 504]) {
    const { headers } = await ebb.direct(said(`${status} X\r\n${posing}`))
    expect(headers.get("x-own")).toBe("1")
    for (const name of ["x-fal-error-type", "x-fal-request-timeout-type"]) expect(headers.has(name)).toBe(false)
  }
})

test("nor of a queued one", async () => {
  const id = await ebb.submit(said(`500 X\r\n${posing}`))
  await ebb.settled(id)
  const { headers } = await ebb.queue("GET", `own/requests/${id}`)
  expect([headers.get("x-own"), headers.has("x-fal-error-type")]).toEqual(["1", false])
})

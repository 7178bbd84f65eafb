import { replay } from "@ebb/core/journal/Replay"
import * as Api from "@ebb/protocol/rest/Api"
import { DirectCaller } from "@ebb/runtime/planes/data/DirectCaller"
import { Result } from "effect"
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest"
import { ownServer, said } from "./OwnServer.ts"
import { Restarted } from "./Restarted.ts"

const ebb = new Restarted()
ebb.allowProcesses = true

beforeAll(() => ebb.up(ownServer))
afterAll(() => ebb.remove())
afterEach(() => vi.restoreAllMocks())

const runners = async () => (await ebb.ask(Api.appRunners, { params: { app: "own" }, query: {} })).runners
const logOf = (runner: string) =>
  [...ebb.kernel.world.runners.find(runner)!.logs.all()].map(({ message }) => message).join("\n")

/** Rollouts and journals still work: nothing was left half done. */
const expectWhole = async (): Promise<void> => {
  const answer = await ebb.direct(said("200 OK"))
  expect(answer.status).toBe(200)
  // Its process takes no notice of a rollout: an answer whose body is still to come would be cut.
  await answer.text()
  const { id: rollout } = await ebb.ask(Api.rollout, { params: { app: "own" }, query: {}, body: {} })
  const report = await ebb.ask(Api.rolloutReport, { params: { rollout }, query: { wait: "finished" } })
  expect(report.inFlight).toMatchObject({ errored: 0 })
  const journal = await new Response(await ebb.kernel.exportJournal()).text()
  expect(Result.isSuccess(replay(journal))).toBe(true)
}

const upgrade = "101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: something"

test.each(["600 X", "999 X", "099 X", "000 X", "101 X", upgrade])(
  "an answer of a process with the status line %j counts as cut, and its runner stays",
  async (head) => {
    const answer = await ebb.direct(said(head))
    expect(answer.status).toBe(502)
    expect(await answer.json()).toMatchObject({ error_type: "runner_incomplete_response" })
    expect(answer.headers.get("x-fal-error-type")).toBe("runner_incomplete_response")
    const [runner] = await runners()
    expect(logOf(runner!.runner_id)).toContain(
      `answered with status ${Number.parseInt(head, 10)}, which is none of 200 to 599: the answer counts as cut`
    )
    expect((await ebb.direct(said("200 OK"))).headers.get("x-ebb-runner")).toBe(runner!.runner_id)
  }
)

test("so does that of a queued request, whose result says so", async () => {
  const id = await ebb.submit(said("999 X"), { "x-fal-no-retry": "1" })
  expect(await ebb.settled(id)).toMatchObject({ outcome: "errored", errorType: "runner_incomplete_response" })
  const result = await ebb.queue("GET", `own/requests/${id}`)
  expect([result.status, result.headers.get("x-fal-error-type")]).toEqual([502, "runner_incomplete_response"])
})

test("rollouts and the journal go on after all that", expectWhole)

test("a fault while a caller is told of its outcome is logged, and the Fleet goes on", async () => {
  const logged = vi.spyOn(console, "error").mockImplementation(() => {})
  vi.spyOn(DirectCaller.prototype, "settled").mockImplementationOnce(() => {
    throw new Error("a bug")
  })
  const leave = new AbortController()
  const headers = { authorization: `Key ${ebb.key}` }
  const asked = fetch(`${ebb.running.url}/fal.run/local/${said("500 X")}`, { headers, signal: leave.signal })
  await ebb.until(
    () => logged.mock.calls,
    (calls) => calls.length > 0
  )
  leave.abort()
  await asked.catch(() => {})
  expect(logged.mock.calls[0]?.[0]).toMatch(/^Request \S+ met a fault of the sandbox:$/)
  await expectWhole()
})

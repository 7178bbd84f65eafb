import * as Api from "@ebb/protocol/rest/Api"
import type { RunnerInfo } from "@ebb/protocol/rest/Shapes"
import { Schema } from "effect"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { DatabaseSync } from "node:sqlite"
import { join } from "node:path"
import { Restarted, spec } from "./Restarted.ts"

let ebb: Restarted
beforeEach(() => {
  ebb = new Restarted()
})
afterEach(() => ebb.remove())

const dayMs = 86_400_000
const sinceYesterday = () => new Date(Date.now() - dayMs).toISOString()

const runners = async (query: { readonly since?: string } = { since: sinceYesterday() }) =>
  (await ebb.ask(Api.listRunners, { params: {}, query })).runners

const serving = async (other = ""): Promise<RunnerInfo> => {
  const all = await ebb.until(
    () => runners({}),
    (seen) => seen.some(({ runner_id, state }) => state === "IDLE" && runner_id !== other)
  )
  return all.find(({ runner_id, state }) => state === "IDLE" && runner_id !== other)!
}

const get = async (path: string, method = "GET") => {
  const answer = await fetch(`${ebb.running.url}${path}`, { method, headers: { authorization: `Key ${ebb.key}` } })
  return [answer.status, await answer.json()] as const
}

const Events = Schema.Struct({
  items: Schema.Array(
    Schema.Struct({ type: Schema.String, runner_id: Schema.optionalKey(Schema.String), timestamp: Schema.String })
  )
})

const eventsOf = async ({ runner_id }: RunnerInfo) => {
  const [, body] = await get("/applications/local/llm/events?size=100")
  return Schema.decodeUnknownSync(Events)(body).items.filter((event) => event.runner_id === runner_id)
}

/** One runner that was stopped, before the sandbox is. */
const stopped = async (): Promise<RunnerInfo> => {
  await ebb.up(spec("60s"))
  const first = await serving()
  await ebb.ask(Api.stopRunner, { params: { runner: first.runner_id }, query: {}, body: {} })
  await serving(first.runner_id)
  return first
}

describe("runners that have ended are known after a restart", () => {
  test("in every list, with their machine and state; those alive when the sandbox was stopped too", async () => {
    const first = await stopped()
    const second = await serving(first.runner_id)
    const before = (await runners()).find(({ runner_id }) => runner_id === first.runner_id)!
    const told = await eventsOf(first)
    expect(told.map(({ type }) => type)).toEqual(expect.arrayContaining(["runner_ready", "runner_terminated"]))
    await ebb.up()
    expect((await runners({})).map(({ runner_id }) => runner_id)).not.toContain(first.runner_id)
    const after = (await runners()).filter(({ state }) => state === "TERMINATED")
    expect(after.map(({ runner_id }) => runner_id)).toEqual([first.runner_id, second.runner_id])
    expect(after[0]).toEqual(before)
    const { runners: ofApp } = await ebb.ask(Api.appRunners, {
      params: { app: "llm" },
      query: { since: sinceYesterday() }
    })
    expect(ofApp.map(({ runner_id }) => runner_id)).toEqual(expect.arrayContaining([first.runner_id, second.runner_id]))
    const listed = await get("/runners/?application=llm")
    expect(JSON.stringify(listed)).toContain(first.runner_id)
    expect(await eventsOf(first)).toEqual(told)
  })

  test("with what they printed, to their last line, and in every view of it", async () => {
    const first = await stopped()
    const second = await serving(first.runner_id)
    const runner = first.runner_id
    const { logs } = await ebb.ask(Api.runnerLogs, { params: { runner }, query: {} })
    await ebb.up()
    const after = await ebb.ask(Api.runnerLogs, { params: { runner }, query: {} })
    expect(after.logs).toEqual(logs)
    const info = { started_at: after.startedAt, ended_at: logs.at(-1)!.timestamp }
    expect(await get(`/runners/${runner}`)).toEqual([200, info])
    const history = { items: logs.toReversed(), next_until: null }
    expect(await get(`/logs/history?job_id=${runner}&page_size=1000`, "POST")).toEqual([200, history])
    const alive = await ebb.ask(Api.runnerLogs, { params: { runner: second.runner_id }, query: {} })
    expect(alive.logs.at(-1)!.message).toBe("the sandbox was stopped, and this runner with it")
  })

  test("over two restarts, and though its app or its revision was deleted", async () => {
    const first = await stopped()
    const changed = spec("60s").replace("5s }", "6s }")
    await ebb.up(changed)
    await ebb.until(
      () => ebb.revisions("llm"),
      (all) => all.length === 2 && all[0]!.isCurrent
    )
    await ebb.ask(Api.deleteRevision, { params: { revision: first.revision }, query: {} })
    await ebb.up()
    const ofRevision = (await runners()).find(({ runner_id }) => runner_id === first.runner_id)
    expect(ofRevision).toMatchObject({ revision: first.revision, alias: "llm", state: "TERMINATED" })
    await ebb.ask(Api.deleteApp, { params: { app: "llm" }, query: {} })
    await ebb.up()
    const ofApp = (await runners()).find(({ runner_id }) => runner_id === first.runner_id)
    expect(ofApp).toEqual(ofRevision)
  })

  test("one that was alive when the sandbox was killed says that what it printed is lost", async () => {
    const first = await stopped()
    const second = await serving(first.runner_id)
    await ebb.end()
    const database = new DatabaseSync(join(ebb.data, "ebb.sqlite"))
    // As a kill leaves it: the row of its start.
    database.exec(`update past_runners set ended_ms = null, logs = '[]' where id = '${second.runner_id}'`)
    database.close()
    for (const _ of ["once", "and again"]) {
      await ebb.up()
      const { logs } = await ebb.ask(Api.runnerLogs, { params: { runner: second.runner_id }, query: {} })
      expect(logs.map(({ message }) => message)).toEqual([
        "the sandbox was killed, and this runner with it; what it had printed is lost"
      ])
      expect((await runners()).find(({ runner_id }) => runner_id === second.runner_id)?.state).toBe("TERMINATED")
    }
  })

  const atCrash = async (runner: string) => {
    await ebb.crash()
    await ebb.up()
    const { endedAt, logs } = await ebb.ask(Api.runnerLogs, { params: { runner }, query: {} })
    expect(logs.map(({ timestamp }) => timestamp)).toEqual([endedAt])
    return Date.parse(endedAt ?? "")
  }

  test("one that was killed with the sandbox ended after its signal", async () => {
    await ebb.up(spec("60s").replace("min_concurrency: 1", "min_concurrency: 0"))
    await ebb.submit("llm")
    await ebb.inFlight(1)
    const [{ runner_id: runner }] = (await runners({})) as [RunnerInfo]
    // By the clock of the sandbox, which differs from the machine's by a fraction of a millisecond.
    const { clock } = ebb.kernel.world
    const signalledMs = Math.trunc(clock.wallMs(clock.nowMs()))
    await ebb.ask(Api.stopRunner, { params: { runner }, query: {}, body: {} })
    expect(await atCrash(runner)).toBeGreaterThanOrEqual(signalledMs)
  })

  test("and after all that was heard of others", async () => {
    await ebb.up(spec("60s").replaceAll("concurrency: 1", "concurrency: 2"))
    const { runner_id: left } = await serving()
    const { runner_id: runner } = await serving(left)
    await ebb.ask(Api.killRunner, { params: { runner }, query: {} })
    const { endedAt } = await ebb.ask(Api.runnerLogs, { params: { runner }, query: {} })
    expect(await atCrash(left)).toBeGreaterThanOrEqual(Date.parse(endedAt ?? ""))
  })

  test("for a day", async () => {
    const first = await stopped()
    await ebb.end()
    const database = new DatabaseSync(join(ebb.data, "ebb.sqlite"))
    database.exec(`update past_runners set ended_ms = ended_ms - ${dayMs} where id = '${first.runner_id}'`)
    database.close()
    await ebb.up()
    expect((await runners()).map(({ runner_id }) => runner_id)).not.toContain(first.runner_id)
  })
})

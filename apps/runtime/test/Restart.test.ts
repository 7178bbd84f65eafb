import { replay } from "@ebb/core/journal/Replay"
import * as Api from "@ebb/protocol/rest/Api"
import { Result } from "effect"
import { rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { Restarted, spec } from "./Restarted.ts"

let ebb: Restarted
beforeEach(() => {
  ebb = new Restarted()
})
afterEach(() => ebb.remove())

describe("queued requests over a restart", () => {
  test("one in flight has used an attempt; one behind it goes on in its order; both keep when they were submitted", async () => {
    await ebb.up(spec("60s"))
    const first = await ebb.submit("llm", { "x-ebb-service": "50ms", "x-fal-runner-hint": "a" })
    await ebb.settled(first)
    const inFlight = await ebb.submit("llm", { "x-ebb-service": "2s" })
    const waiting = await ebb.submit("llm", { "x-ebb-service": "5ms" })
    const last = await ebb.submit("llm", { "x-ebb-service": "5ms" })
    await ebb.inFlight(1)
    const submittedBefore = Date.now()
    await ebb.up()
    const rows = [await ebb.settled(inFlight), await ebb.settled(waiting), await ebb.settled(last)]
    expect(rows.map(({ attempts, outcome }) => [outcome, attempts])).toEqual([
      ["completed", 2],
      ["completed", 1],
      ["completed", 1]
    ])
    expect(rows[1]!.settledAtMs!).toBeLessThanOrEqual(rows[2]!.settledAtMs!)
    for (const { submittedAtMs } of rows) expect(submittedAtMs).toBeLessThanOrEqual(submittedBefore)
  })

  test("going down finishes what is in flight and every direct one; the queue stays as it is for the next start", async () => {
    await ebb.up(spec("60s"))
    const inFlight = await ebb.submit("llm", { "x-ebb-service": "2s" })
    await ebb.inFlight(1)
    const brief = { "x-ebb-service": "5ms" }
    const waiting = [await ebb.submit("llm", brief), await ebb.submit("llm", brief), await ebb.submit("llm", brief)]
    const direct = ebb.direct("llm", brief)
    await ebb.inFlight(2)
    ebb.running.goingDown.gate.close()
    expect(ebb.running.goingDown.gate.queued()).toBe(3)
    expect((await ebb.direct("llm")).status).toBe(503)
    await ebb.running.goingDown.drain(new AbortController().signal)
    expect((await direct).status).toBe(200)
    expect(await ebb.settled(inFlight)).toMatchObject({ outcome: "completed", attempts: 1 })
    const { requests } = await ebb.ask(Api.listRequests, { params: {}, query: {} })
    expect(requests.filter(({ outcome }) => outcome === null)).toHaveLength(3)
    const journal = await new Response(await ebb.kernel.exportJournal()).text()
    expect(Result.isSuccess(replay(journal))).toBe(true)

    await ebb.up()
    const outcomes = await Promise.all(waiting.map((id) => ebb.settled(id)))
    expect(outcomes.map(({ attempts, outcome }) => [outcome, attempts])).toEqual(waiting.map(() => ["completed", 1]))
  })

  test("a cancel that was acknowledged still holds: the request is not tried again", async () => {
    await ebb.up(spec("60s"))
    const id = await ebb.submit("llm")
    await ebb.inFlight(1)
    expect((await ebb.queue("PUT", `llm/requests/${id}/cancel`)).status).toBe(202)
    await ebb.up()
    expect(await ebb.settled(id)).toMatchObject({ outcome: "cancelled", errorType: "client_cancelled", attempts: 1 })
  })

  test("a start timeout that passed meanwhile ends it, without another attempt", async () => {
    await ebb.up(spec("60s"))
    const id = await ebb.submit("llm", { "x-fal-request-timeout": "0.2" })
    await ebb.inFlight(1)
    await ebb.end()
    await new Promise((resolve) => setTimeout(resolve, 250))
    await ebb.up()
    expect(await ebb.settled(id)).toMatchObject({ outcome: "errored", status: 504, errorType: "request_timeout" })
  })

  test("of a deleted app: what is left is errored, in the ledger too, and its results stay readable", async () => {
    await ebb.up(spec("60s"))
    const done = await ebb.submit("llm", { "x-ebb-service": "5ms" })
    await ebb.settled(done)
    const inFlight = await ebb.submit("llm")
    await ebb.inFlight(1)
    await ebb.ask(Api.deleteApp, { params: { app: "llm" }, query: {} })
    await ebb.up()
    expect(await ebb.settled(inFlight)).toMatchObject({ outcome: "errored", errorType: "runner_scheduling_failure" })
    expect(await (await ebb.queue("GET", `llm/requests/${done}`)).json()).toEqual({})
    expect((await ebb.queue("GET", `llm/requests/${inFlight}`)).status).toBe(503)
    expect((await ebb.queue("PUT", `llm/requests/${done}/cancel`)).status).toBe(400)
    expect((await ebb.queue("POST", "llm")).status).toBe(404)
  })
})

describe("ebb up again", () => {
  test("with the same spec nothing changes, with another it is a deploy", async () => {
    await ebb.up(spec("1s"))
    expect(ebb.running.started.applied).toMatchObject([{ change: "created" }])
    await ebb.up(spec("1s"))
    expect(ebb.running.started.applied).toMatchObject([{ change: "unchanged" }])
    await ebb.up(spec("2s"))
    expect(ebb.running.started.applied).toMatchObject([{ change: "deployed" }])
    expect(await ebb.revisions("llm")).toMatchObject([{ isCurrent: true }, { isCurrent: false }])
  })

  test("with the spec of an app that was rolled back the app stays rolled back", async () => {
    await ebb.up(spec("1s"))
    const [first] = await ebb.revisions("llm")
    await ebb.up(spec("2s"))
    await ebb.ask(Api.setRevision, { params: { app: "llm" }, query: {}, body: { revision: first!.id } })
    await ebb.up(spec("2s"))
    expect(ebb.running.started.applied).toMatchObject([{ change: "unchanged" }])
    expect((await ebb.revisions("llm")).find(({ isCurrent }) => isCurrent)?.id).toBe(first!.id)
  })

  test("without a spec: scaling, capacity and the deleted example app are as they were", async () => {
    await ebb.up()
    await ebb.ask(Api.deleteApp, { params: { app: "demo" }, query: {} })
    await ebb.up(spec("1s", "capacity: { GPU-H100: 2 }"))
    await ebb.ask(Api.scale, { params: { app: "llm" }, query: {}, body: { max_concurrency: 5, keep_alive: 7 } })
    await ebb.up()
    const { apps } = await ebb.ask(Api.listApps, { params: {}, query: {} })
    expect(apps).toMatchObject([{ alias: "llm", max_concurrency: 5, keep_alive: 7 }])
    expect(ebb.kernel.state.pool("local").limits.get("GPU-H100")).toBe(2)
  })

  test("a trace that only a rehearsal reads may be gone", async () => {
    const trace = join(ebb.data, "trace.csv")
    writeFileSync(trace, "t\n0\n1\n")
    await ebb.up(
      spec("1s", "traffic: [{ kind: direct, arrivals: { trace: { file: trace.csv, timestamp: t, unit: s } } }]")
    )
    rmSync(trace)
    await ebb.up()
    expect(await ebb.revisions("llm")).toHaveLength(1)
  })

  test("what its runners are drawn from is kept with an app, whatever becomes of the file", async () => {
    const times = join(ebb.data, "times.csv")
    writeFileSync(times, "s\n0.005\n")
    const drawn = spec("{ empirical: { file: times.csv, column: s } }")
    await ebb.up(drawn)
    rmSync(times)
    await ebb.up()
    expect(ebb.running.started.problems).toEqual([])
    expect((await ebb.direct("llm")).status).toBe(200)
    writeFileSync(times, "s\n0.006\n")
    await ebb.up(drawn)
    expect(await ebb.revisions("llm")).toHaveLength(2)
  })

  test("an app whose file an earlier version did not keep has no runner that starts, and waits; the others are served", async () => {
    const times = join(ebb.data, "times.csv")
    writeFileSync(times, "s\n0.005\n")
    const drawn = spec("{ empirical: { file: times.csv, column: s } }")
    await ebb.up(drawn, spec("5ms").replace("llm", "other"))
    const id = await ebb.submit("llm", { "x-ebb-service": "60s" })
    await ebb.inFlight(1)
    await ebb.end()
    const database = new DatabaseSync(join(ebb.data, "ebb.sqlite"))
    database.exec("update revisions set files = '{}'")
    database.close()
    await ebb.up()
    const [problem, ...others] = ebb.running.started.problems
    expect(others).toEqual([])
    expect(problem?.app).toBe("llm")
    expect(problem?.problem).toContain("times.csv cannot be read: its content did not come with the spec")
    expect((await ebb.direct("other")).status).toBe(200)
    expect((await (await ebb.queue("GET", `llm/requests/${id}/status`)).text()).includes("IN_QUEUE")).toBe(true)
    await ebb.up(drawn)
    expect(ebb.running.started.problems).toEqual([])
    expect(await ebb.revisions("llm")).toHaveLength(2)
    await ebb.inFlight(1)
  })
})

describe("what is of all teams", () => {
  test("is for the sandbox's own user, not for a key of another team", async () => {
    await ebb.up()
    const { key } = await ebb.ask(Api.createTeam, { params: {}, body: { name: "acme" } })
    const authorization = `Key ${key.key_id}:${key.key_secret}`
    const status = async (path: string, method = "GET") =>
      (await fetch(`${ebb.running.url}${path}`, { method, headers: { authorization } })).status
    expect(await status("/v1/apps")).toBe(200)
    expect(await status("/v1/journal")).toBe(403)
    expect(await status(Api.dashboardLink.path, Api.dashboardLink.method)).toBe(403)
  })
})

describe("an environment that is deleted", () => {
  test("takes its apps, their revisions and its secrets with it, for good; those of main stay", async () => {
    await ebb.up(spec("1s"))
    const query = { env: "staging" }
    const create = () => ebb.ask(Api.createEnvironment, { params: {}, body: { name: "staging" } })
    await create()
    await ebb.ask(Api.deploy, { params: {}, query, body: { spec: spec("1s") } })
    await ebb.ask(Api.setSecret, { params: { name: "K" }, query, body: { value: "v" } })
    expect(await ebb.revisions("llm--staging")).toHaveLength(1)
    await ebb.ask(Api.deleteEnvironment, { params: { name: "staging" } })
    await create()
    const left = async () => ({
      apps: (await ebb.ask(Api.listApps, { params: {}, query: {} })).apps.map(({ alias }) => alias),
      revisions: (await ebb.ask(Api.listRevisions, { params: {}, query: {} })).revisions.length,
      secrets: (await ebb.ask(Api.listSecrets, { params: {}, query: {} })).secrets
    })
    expect(await left()).toEqual({ apps: ["llm"], revisions: 1, secrets: [] })
    await ebb.up()
    expect(await left()).toEqual({ apps: ["llm"], revisions: 1, secrets: [] })
  })
})

describe("a deploy that is given up", () => {
  test("changes nothing: who may call the app stays as it was", async () => {
    await ebb.up(spec("1s"))
    const broken = spec("1s", "faults: { setup_failure: 1 }")
    const deploy = ebb.ask(Api.deploy, { params: {}, body: { spec: broken, auth: "public" } })
    await expect(deploy).rejects.toThrow("failed to start; the app stays on the one before")
    const { apps } = await ebb.ask(Api.listApps, { params: {}, query: {} })
    expect(apps[0]).toMatchObject({ alias: "llm", auth_mode: "private" })
  })
})

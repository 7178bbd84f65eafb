import * as Api from "@ebb/protocol/rest/Api"
import { call, type Input } from "@ebb/protocol/rest/Client"
import type { Endpoint } from "@ebb/protocol/rest/Endpoint"
import type { LedgerRow } from "@ebb/protocol/rest/Shapes"
import { Effect, Schema } from "effect"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { Server } from "@ebb/runtime/Server"

const ack = Schema.decodeUnknownSync(Schema.Struct({ request_id: Schema.String }))
/** A sandbox in this process that can be ended at any moment, with nothing put in order, and started again. */
class Restarted {
  readonly data = mkdtempSync(join(tmpdir(), "ebb-restart-"))
  private server: Server | null = null

  get running(): Server {
    if (this.server === null) throw new Error("it is not running")
    return this.server
  }

  async up(...specs: ReadonlyArray<string>): Promise<void> {
    await this.end()
    this.server = await Server.start({
      data: this.data,
      speed: 1,
      allowProcesses: false,
      host: "127.0.0.1",
      port: 0,
      httpPort: null,
      tls: false,
      allowed: { hosts: [], origins: [] },
      page: () => null,
      specs: specs.map((text) => ({ file: "spec.yaml", folder: this.data, text })),
      empty: false
    })
  }

  async end(): Promise<void> {
    await this.server?.stop()
    this.server = null
  }

  async remove(): Promise<void> {
    await this.end()
    rmSync(this.data, { recursive: true })
  }

  get key(): string {
    return this.running.sandbox.directory.readKey("local") ?? ""
  }

  ask<Path extends string, Query, Body, Answer>(
    endpoint: Endpoint<Path, Query, Body, Answer>,
    input: Input<Path, Query, Body>
  ): Promise<Answer> {
    return Effect.runPromise(call({ baseUrl: this.running.url, key: this.key }, endpoint, input))
  }

  queue(method: string, path: string, headers: Record<string, string> = {}): Promise<Response> {
    const all = { authorization: `Key ${this.key}`, "content-type": "application/json", ...headers }
    const body = method === "POST" ? { body: "{}" } : {}
    return fetch(`${this.running.url}/queue.fal.run/local/${path}`, { method, headers: all, ...body })
  }

  async submit(app: string, headers: Record<string, string> = {}): Promise<string> {
    return ack(await (await this.queue("POST", app, headers)).json()).request_id
  }

  async until<A>(look: () => A | Promise<A>, holds: (seen: A) => boolean): Promise<A> {
    for (;;) {
      const seen = await look()
      if (holds(seen)) return seen
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }

  inFlight(count: number): Promise<number> {
    return this.until(
      () => this.running.sandbox.inFlight(),
      (seen) => seen === count
    )
  }

  /** The row of a request, once it has an outcome. */
  async settled(id: string): Promise<LedgerRow> {
    const rows = await this.until(
      async () => (await this.ask(Api.listRequests, { params: {}, query: {} })).requests,
      (all) => all.some((row) => row.requestId === id && row.outcome !== null)
    )
    return rows.find((row) => row.requestId === id)!
  }

  async revisions(app: string): Promise<ReadonlyArray<{ readonly id: string; readonly isCurrent: boolean }>> {
    const { revisions } = await this.ask(Api.listRevisions, { params: {}, query: { app } })
    return revisions.map((one) => ({ id: one.application_id, isCurrent: one.is_current }))
  }
}

const spec = (service: string, more = "") => `
app: { name: llm, machine_type: GPU-H100, max_multiplexing: 1, termination_grace_period: 5s }
scaling: { min_concurrency: 1, max_concurrency: 1 }
runner: { scheduling: 5ms, setup: 5ms, teardown: 5ms, service: ${service} }
${more}`

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
    const inFlight = await ebb.submit("llm", { "x-ebb-service": "300ms" })
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
    expect(ebb.running.applied).toMatchObject([{ change: "created" }])
    await ebb.up(spec("1s"))
    expect(ebb.running.applied).toMatchObject([{ change: "unchanged" }])
    await ebb.up(spec("2s"))
    expect(ebb.running.applied).toMatchObject([{ change: "deployed" }])
    expect(await ebb.revisions("llm")).toMatchObject([{ isCurrent: true }, { isCurrent: false }])
  })

  test("with the spec of an app that was rolled back the app stays rolled back", async () => {
    await ebb.up(spec("1s"))
    const [first] = await ebb.revisions("llm")
    await ebb.up(spec("2s"))
    await ebb.ask(Api.setRevision, { params: { app: "llm" }, query: {}, body: { revision: first!.id } })
    await ebb.up(spec("2s"))
    expect(ebb.running.applied).toMatchObject([{ change: "unchanged" }])
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
    expect(ebb.running.sandbox.fleet.state.pool("local").limits.get("GPU-H100")).toBe(2)
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

  test("a rollout that was under way is interrupted, its runners crashed", async () => {
    await ebb.up(spec("60s"))
    await ebb.submit("llm")
    await ebb.inFlight(1)
    const { id } = await ebb.ask(Api.rollout, { params: { app: "llm" }, query: {}, body: {} })
    await ebb.up()
    const report = await ebb.ask(Api.rolloutReport, { params: { rollout: id }, query: {} })
    expect(report).toMatchObject({ state: "interrupted", runners: [{ endedBy: "crashed", inFlightAtStart: 1 }] })
    const again = await ebb.ask(Api.rollout, { params: { app: "llm" }, query: {}, body: {} })
    expect(again.id).not.toBe(id)
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

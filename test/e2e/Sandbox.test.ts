import * as Api from "@ebb/protocol/rest/Api"
import { LedgerRow, type RunnerInfo } from "@ebb/protocol/rest/Shapes"
import { Schema } from "effect"
import { readFileSync, writeFileSync } from "node:fs"
import { connect } from "node:http2"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { Ebb } from "./Ebb.ts"

const graceSeconds = 3

const specOf = (name: string, grace = graceSeconds) => `
app: { name: ${name}, max_multiplexing: 4, termination_grace_period: ${grace}s }
scaling: { min_concurrency: 2, max_concurrency: 8, keep_alive: 300s }
runner: { scheduling: 20ms, setup: 80ms, teardown: 20ms, service: 50ms }
`

const ebb = new Ebb()

beforeAll(async () => {
  const file = join(ebb.data, "demo.yaml")
  writeFileSync(file, specOf("demo"))
  const patient = join(ebb.data, "patient.yaml")
  writeFileSync(patient, specOf("patient", 3600))
  await ebb.up(file, patient)
  await ebb.serving("demo", 2)
})

afterAll(() => ebb.remove())

const idsOf = (runners: ReadonlyArray<RunnerInfo>): ReadonlyArray<string> =>
  runners.map(({ runner_id }) => runner_id).toSorted()

const direct = (service: string, app = "demo") => ebb.direct(`local/${app}`, { service })

describe("teams and environments", () => {
  test("a rollout touches no runner of another team or environment; another team's app is as one that is not there", async () => {
    expect(ebb.run("teams", "create", "acme").code).toBe(0)
    expect(ebb.run("environments", "create", "staging").stdout).toBe("Created environment 'staging'\n")
    const acme = readFileSync(join(ebb.data, "keys", "acme.key"), "utf8").trim()
    const file = join(ebb.data, "demo.yaml")
    expect(ebb.run("deploy", file, "--env", "staging").code).toBe(0)
    expect(ebb.run("deploy", file, "--team", "acme").code).toBe(0)
    const theirs = ebb.as(acme)
    const staging = await ebb.serving("demo", 2, "staging")
    const main = await ebb.serving("demo", 2)
    const acmes = await theirs.serving("demo", 2)

    expect(ebb.run("apps", "rollout", "demo", "--env", "staging", "--force", "--wait").code).toBe(0)
    const restarted = idsOf(await ebb.serving("demo", 2, "staging"))
    expect(restarted.filter((id) => idsOf(staging).includes(id))).toEqual([])
    expect(idsOf(await ebb.runners("demo"))).toEqual(idsOf(main))
    expect(idsOf(await theirs.runners("demo"))).toEqual(idsOf(acmes))

    expect((await theirs.direct("local/demo")).status).toBe(404)
    expect((await theirs.direct("acme/demo")).status).toBe(200)
    const [runner = ""] = idsOf(main)
    const refused = `Runner '${runner}' not found`
    expect(await theirs.refusal(Api.stopRunner, { params: { runner }, body: {} })).toBe(refused)
    expect(await theirs.refusal(Api.killRunner, { params: { runner } })).toBe(refused)
    expect(await theirs.refusal(Api.runnerLogs, { params: { runner } })).toBe(refused)
    expect(await ebb.as("no:key").refusal(Api.listApps, { params: {} })).toBe("Invalid credentials")
    expect(await theirs.ask(Api.listRollouts, { params: {} })).toEqual({ rollouts: [] })
  })

  test("whatever a key of another team, of scope API or of nobody asks for is refused, on every call", async () => {
    const { key_id, key_secret } = await ebb.ask(Api.createKey, { params: {}, body: { scope: "API" } })
    const managing = Object.values(Api).filter(({ scope }) => scope === "ADMIN")
    for (const { method, path } of managing) {
      const url = `${ebb.url}${path.replace(/:\w+/g, "x")}`
      const status = async (key: string) =>
        (await fetch(url, { method, headers: { authorization: `Key ${key}` } })).status
      expect([path, await status("bad:key")]).toEqual([path, 401])
      expect([path, await status(`${key_id}:${key_secret}`)]).toEqual([path, 403])
    }
  })
})

describe("secrets", () => {
  const versions = async (count: number): Promise<ReadonlySet<string | null>> => {
    const answers = await Promise.all(Array.from({ length: count }, () => direct("30ms")))
    return new Set(answers.map(({ headers }) => headers.get("x-ebb-env-version")))
  }

  test("a changed secret is seen by runners started later only, by all after a rollout", async () => {
    await ebb.serving("demo", 2)
    const before = await versions(8)
    expect(before.size).toBe(1)
    expect(ebb.run("secrets", "set", "K=v2")).toMatchObject({ code: 0, stdout: "" })
    expect(await versions(8)).toEqual(before)

    const [first] = await ebb.serving("demo", 2)
    expect(ebb.run("runners", "kill", first!.runner_id).code).toBe(0)
    await ebb.serving("demo", 2)
    const both = await ebb.until(
      () => versions(16),
      ({ size }) => size > 1
    )
    expect(both.size).toBe(2)

    expect(ebb.run("apps", "rollout", "demo", "--wait").code).toBe(0)
    await ebb.serving("demo", 2)
    const after = await versions(16)
    expect(after.size).toBe(1)
    expect([...after].some((version) => before.has(version))).toBe(false)
    expect(ebb.run("secrets", "list").stdout).not.toContain("v2")
  })
})

describe("a frozen runner", () => {
  const freezeOne = async (app = "demo"): Promise<string> => {
    await ebb.serving(app, 2)
    // Nothing ends by itself before it is frozen.
    const working = [direct("1h", app), direct("1h", app)]
    const runner = (await ebb.inFlight(app, 2)).find(({ in_flight_requests: n }) => n > 0)!
    expect(ebb.run("runners", "fault", runner.runner_id, "hang").code).toBe(0)
    void Promise.all(working.map(async (answer) => (await answer).arrayBuffer()))
    return runner.runner_id
  }

  test("is waited for as long as the grace period, then killed", async () => {
    const id = await freezeOne()
    expect(ebb.run("apps", "rollout", "demo").code).toBe(0)
    const report = await ebb.finished()
    const member = report.runners.find((runner) => runner.id === id)
    expect(member).toMatchObject({ endedBy: "grace_exceeded", graceExceeded: true })
    // By the sandbox's own clock, which shows the end of the grace period at the kill, however late the machine is.
    expect(member?.drainMs).toBeCloseTo(graceSeconds * 1000, 3)
  })

  test("is ended at once by force", async () => {
    await freezeOne()
    expect(ebb.run("apps", "rollout", "demo", "--force").code).toBe(0)
    expect(await ebb.finished()).toMatchObject({ state: "finished", mode: "force" })
  })

  test("a graceful rollout that waits for it is escalated by --force", async () => {
    const id = await freezeOne("patient")
    const began = JSON.parse(ebb.run("apps", "rollout", "patient", "--json").stdout)
    const escalated = ebb.run("apps", "rollout", "patient", "--force")
    expect(escalated.stderr).toContain(`rollout ${began.id} escalated`)
    const report = await ebb.ask(Api.rolloutReport, { params: { rollout: began.id }, query: {} })
    expect(report).toMatchObject({ mode: "graceful", state: "finished" })
    expect(report.escalatedAtMs).toBeGreaterThan(report.startedAtMs)
    expect(report.runners.find((runner) => runner.id === id)).toMatchObject({ endedBy: "escalated" })
  })
})

describe("gRPC on the same port", () => {
  /** Plays the public command line: one unary call with key metadata over plaintext HTTP/2. */
  const call = (method: string, message: string, key: string) =>
    new Promise<{ readonly status: string; readonly text: string }>((resolve, reject) => {
      const session = connect(ebb.url)
      session.on("error", reject)
      const [id = "", secret = ""] = key.split(":")
      const stream = session.request({
        ":method": "POST",
        ":path": `/controller.IsolateController/${method}`,
        "content-type": "application/grpc",
        te: "trailers",
        "auth-key-id": id,
        "auth-key": secret
      })
      const seen: Record<string, unknown> = {}
      stream.on("response", (headers) => Object.assign(seen, headers))
      stream.on("trailers", (trailers) => Object.assign(seen, trailers))
      stream.on("data", () => {})
      stream.on("close", () => {
        session.close()
        resolve({ status: String(seen["grpc-status"]), text: decodeURIComponent(String(seen["grpc-message"] ?? "")) })
      })
      stream.end(Buffer.from(message, "hex"))
    })

  const rollout = (name: string, force: boolean): string => {
    const bytes = [0x0a, name.length, ...Buffer.from(name), 0x10, force ? 1 : 0]
    return Buffer.from([0, 0, 0, 0, bytes.length, ...bytes]).toString("hex")
  }

  test("a rollout by the raw frame is the rollout that the REST API lists", async () => {
    await ebb.serving("demo", 2)
    expect(await call("RolloutApplication", rollout("demo", true), ebb.key)).toMatchObject({ status: "0" })
    const { rollouts } = await ebb.ask(Api.listRollouts, { params: {} })
    expect(rollouts[0]).toMatchObject({ app: "demo", mode: "force", runners: 2 })
  })

  test("an unknown app is NOT_FOUND, a bad key UNAUTHENTICATED", async () => {
    expect(await call("RolloutApplication", rollout("demoo", false), ebb.key)).toEqual({
      status: "5",
      text: "Application 'demoo' not found. Did you mean 'demo'?"
    })
    expect(await call("RolloutApplication", rollout("demo", false), "bad:bad")).toEqual({
      status: "16",
      text: "Invalid credentials"
    })
  })
})

const { attempts, errorType, number, outcome, status } = LedgerRow.fields
const Replayed = Schema.Struct({
  reproduced: Schema.Boolean,
  origin: Schema.String,
  outcomes: Schema.Array(Schema.Struct({ attempts, errorType, number, outcome, status }))
})
const decodeReplayed = Schema.decodeUnknownSync(Schema.fromJsonString(Replayed))

describe("the journal of the sandbox", () => {
  test("replayed in virtual time gives the same outcome of every request", async () => {
    await ebb.serving("demo", 2)
    const load = Promise.all(
      Array.from({ length: 30 }, (_, i) => direct(`${50 + i * 20}ms`).then((r) => r.arrayBuffer()))
    )
    ebb.run("apps", "rollout", "demo")
    await load
    const file = join(ebb.data, "live.jsonl")
    expect(ebb.run("journal", "export", file).code).toBe(0)
    const { requests } = await ebb.ask(Api.listRequests, { params: {}, query: { limit: "10000" } })
    const { outcomes, ...replayed } = decodeReplayed(ebb.run("replay", file, "--json", "--requests").stdout)
    expect(replayed).toEqual({ reproduced: true, origin: "live" })
    const settled = requests.filter(({ outcome }) => outcome !== null)
    expect(settled.length).toBeGreaterThan(60)
    const byNumber = new Map(outcomes.map((row) => [row.number, row]))
    for (const { attempts, errorType, number, outcome, status } of settled) {
      expect(byNumber.get(number)).toEqual({ number, outcome, status, errorType, attempts })
    }
  })
})

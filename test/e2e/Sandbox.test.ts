import { readFileSync, writeFileSync } from "node:fs"
import { connect } from "node:http2"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { Ebb } from "./Ebb.ts"

const specOf = (name: string) => `
app: { name: ${name}, max_multiplexing: 4, termination_grace_period: 3s }
scaling: { min_concurrency: 2, max_concurrency: 8, keep_alive: 300s }
runner: { scheduling: 20ms, setup: 80ms, teardown: 20ms, service: 50ms }
`

const ebb = new Ebb()

beforeAll(async () => {
  const file = join(ebb.data, "demo.yaml")
  writeFileSync(file, specOf("demo"))
  await ebb.up(file)
  await serving("demo", 2)
})

afterAll(() => ebb.remove())

const isServing = ({ state }: any): boolean => state === "IDLE" || state === "RUNNING"

const runnersOf = async (path = "demo", key = ebb.key): Promise<ReadonlyArray<any>> =>
  (await ebb.as(key).api("GET", `/v1/apps/${path.replace("?", "/runners?")}${path.includes("?") ? "" : "/runners"}`))[
    "runners"
  ]

const serving = (path: string, count: number, key = ebb.key) =>
  ebb.until(
    () => runnersOf(path, key),
    (runners) => runners.filter(isServing).length >= count
  )

const idsOf = (runners: ReadonlyArray<any>): ReadonlyArray<string> =>
  runners.map(({ runner_id }) => runner_id).toSorted()

const direct = (service: string, path = "local/demo", key = ebb.key) =>
  fetch(`${ebb.url}/fal.run/${path}`, {
    method: "POST",
    headers: { authorization: `Key ${key}`, "x-ebb-service": service },
    body: "{}"
  })

describe("teams and environments", () => {
  test("a rollout touches no runner of another team or environment; another team's app is as one that is not there", async () => {
    expect(ebb.run("teams", "create", "acme").code).toBe(0)
    expect(ebb.run("environments", "create", "staging").stdout).toBe("Created environment 'staging'\n")
    const acme = readFileSync(join(ebb.data, "keys", "acme.key"), "utf8").trim()
    const file = join(ebb.data, "demo.yaml")
    expect(ebb.run("deploy", file, "--env", "staging").code).toBe(0)
    expect(ebb.run("deploy", file, "--team", "acme").code).toBe(0)
    await serving("demo?env=staging", 2)
    await serving("demo", 2, acme)
    const [main, staging, theirs] = [
      await runnersOf(),
      await runnersOf("demo?env=staging"),
      await runnersOf("demo", acme)
    ]

    expect(ebb.run("apps", "rollout", "demo", "--env", "staging", "--force", "--wait").code).toBe(0)
    await serving("demo?env=staging", 2)
    expect(idsOf(await runnersOf("demo?env=staging")).filter((id) => idsOf(staging).includes(id))).toEqual([])
    expect(idsOf(await runnersOf())).toEqual(idsOf(main))
    expect(idsOf(await runnersOf("demo", acme))).toEqual(idsOf(theirs))

    expect((await direct("10ms", "local/demo", acme)).status).toBe(404)
    expect((await direct("10ms", "acme/demo", acme)).status).toBe(200)
    const stop = await ebb.as(acme).api("POST", `/v1/runners/${idsOf(main)[0]}/stop`, {})
    expect(stop).toEqual({ detail: `Runner '${idsOf(main)[0]}' not found` })
    expect(await ebb.as("no:key").api("GET", "/v1/apps")).toEqual({ detail: "Invalid credentials" })
    expect(await ebb.as(acme).api("GET", "/v1/rollouts")).toEqual({ rollouts: [] })
  })
})

describe("secrets", () => {
  const versions = async (count: number): Promise<ReadonlySet<string | null>> => {
    const answers = await Promise.all(Array.from({ length: count }, () => direct("30ms")))
    return new Set(answers.map(({ headers }) => headers.get("x-ebb-env-version")))
  }

  test("a changed secret is seen by runners started later only, by all after a rollout", async () => {
    await serving("demo", 2)
    const before = await versions(8)
    expect(before.size).toBe(1)
    expect(ebb.run("secrets", "set", "K=v2")).toMatchObject({ code: 0, stdout: "" })
    expect(await versions(8)).toEqual(before)

    const [first] = await runnersOf()
    expect(ebb.run("runners", "kill", first.runner_id).code).toBe(0)
    await serving("demo", 2)
    expect((await versions(16)).size).toBe(2)

    expect(ebb.run("apps", "rollout", "demo", "--wait").code).toBe(0)
    await serving("demo", 2)
    const after = await versions(16)
    expect(after.size).toBe(1)
    expect([...after].some((version) => before.has(version))).toBe(false)
    expect(ebb.run("secrets", "list").stdout).not.toContain("v2")
  })
})

describe("a frozen runner", () => {
  const freezeOne = async () => {
    await serving("demo", 2)
    const runner = (await runnersOf()).find(isServing)
    const stuck = direct("50ms").then(({ status }) => status)
    const other = direct("50ms").then(({ status }) => status)
    await ebb.until(runnersOf, (all) => all.some(({ in_flight_requests: n }) => n > 0))
    expect(ebb.run("runners", "fault", runner.runner_id, "hang").code).toBe(0)
    return { id: runner.runner_id as string, answers: Promise.all([stuck, other]) }
  }

  test("is waited for as long as the grace period, then killed", async () => {
    const { id } = await freezeOne()
    expect(ebb.run("apps", "rollout", "demo").code).toBe(0)
    const report = await ebb.api("GET", "/v1/rollouts/last?wait=finished")
    const member = report["runners"].find((runner: any) => runner.id === id)
    expect(member).toMatchObject({ endedBy: "grace_exceeded", graceExceeded: true })
    expect(report["finishedAtMs"] - report["startedAtMs"]).toBeCloseTo(3000, -2)
  })

  test("is ended at once by force", async () => {
    await freezeOne()
    expect(ebb.run("apps", "rollout", "demo", "--force").code).toBe(0)
    const report = await ebb.api("GET", "/v1/rollouts/last")
    expect(report).toMatchObject({ state: "finished", mode: "force" })
  })

  test("a graceful rollout that waits for it is escalated by --force", async () => {
    const { id } = await freezeOne()
    const began = JSON.parse(ebb.run("apps", "rollout", "demo", "--json").stdout)
    const escalated = ebb.run("apps", "rollout", "demo", "--force")
    expect(escalated.stderr).toContain(`rollout ${began.id} escalated`)
    const report = await ebb.api("GET", `/v1/rollouts/${began.id}`)
    expect(report).toMatchObject({ mode: "graceful", state: "finished" })
    expect(report["escalatedAtMs"]).toBeGreaterThan(report["startedAtMs"])
    expect(report["runners"].find((runner: any) => runner.id === id)).toMatchObject({ endedBy: "escalated" })
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
    await serving("demo", 2)
    expect(await call("RolloutApplication", rollout("demo", true), ebb.key)).toMatchObject({ status: "0" })
    const { rollouts } = await ebb.api("GET", "/v1/rollouts")
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

describe("the journal of the sandbox", () => {
  test("replayed in virtual time gives the same outcome of every request", async () => {
    await serving("demo", 2)
    const load = Promise.all(
      Array.from({ length: 30 }, (_, i) => direct(`${50 + i * 20}ms`).then((r) => r.arrayBuffer()))
    )
    ebb.run("apps", "rollout", "demo")
    await load
    const file = join(ebb.data, "live.jsonl")
    expect(ebb.run("journal", "export", file).code).toBe(0)
    const { requests } = await ebb.api("GET", "/v1/requests?limit=10000")
    const replayed = JSON.parse(ebb.run("replay", file, "--json", "--requests").stdout)
    expect(replayed).toMatchObject({ reproduced: true, origin: "live" })
    const settled = requests.filter(({ outcome }: any) => outcome !== null)
    expect(settled.length).toBeGreaterThan(60)
    const outcomes = new Map(replayed.outcomes.map((row: any) => [row.number, row]))
    for (const { attempts, errorType, number, outcome, status } of settled) {
      expect(outcomes.get(number)).toEqual({ number, outcome, status, errorType, attempts })
    }
  })
})

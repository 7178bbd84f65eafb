import * as Api from "@ebb/protocol/rest/Api"
import { Schema } from "effect"
import { spawn } from "node:child_process"
import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest"
import { Ebb } from "./Ebb.ts"

const servers = join(import.meta.dirname, "servers")

const specOf = (name: string, runner: string, count = 2) => `
app: { name: ${name}, max_multiplexing: 8, termination_grace_period: 10s }
scaling: { min_concurrency: ${count}, max_concurrency: ${count * 2}, keep_alive: 300s }
runner: ${runner}
`

/** The pids of living processes that have that text in their environment. */
const marked = (text: string): ReadonlyArray<number> =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, "utf8").includes(text)
      } catch {
        return false
      }
    })
    .map(Number)

const markOf = (pid: number): string =>
  readFileSync(`/proc/${pid}/environ`, "utf8")
    .split("\0")
    .find((pair) => pair.startsWith("EBB_SANDBOX=")) ?? ""

const write = (ebb: Ebb, name: string, runner: string, count?: number): string => {
  const file = join(ebb.data, `${name}.yaml`)
  writeFileSync(file, specOf(name, runner, count))
  return file
}

describe("an app of processes", () => {
  const ebb = new Ebb()
  const Body = Schema.Struct({
    pid: Schema.optionalKey(Schema.Int),
    k: Schema.optionalKey(Schema.NullOr(Schema.String)),
    key: Schema.optionalKey(Schema.Boolean),
    error_type: Schema.optionalKey(Schema.String)
  })
  const direct = async (ms: number, app = "web") => {
    const response = await ebb.direct(`local/${app}/?ms=${ms}`, { body: JSON.stringify({ ms }) })
    return { status: response.status, body: Schema.decodeUnknownSync(Body)(await response.json()) }
  }
  const submit = (ms: number) => ebb.submit(`local/web/?ms=${ms}`)

  beforeAll(async () => {
    const web = write(ebb, "web", `{ command: [node, ${join(servers, "node.mjs")}], ready: { path: / } }`)
    const handler = write(ebb, "handler", `{ handler: ${join(servers, "handler.ts")} }`, 1)
    const socket = write(ebb, "socket", `{ command: [${process.execPath}, ${join(servers, "socket.ts")}] }`, 1)
    await ebb.up(web, handler, socket)
    await ebb.serving("web", 2)
  })
  afterAll(() => ebb.remove())

  test("answers for itself, streams both ways and writes its output into the runner's log", async () => {
    const { body, status } = await direct(0)
    expect({ status, key: body.key }).toEqual({ status: 200, key: true })
    const chunks = await ebb.direct("local/web/chunks", { body: "to upper case" })
    expect(await chunks.text()).toBe("TO UPPER CASE")
    const [runner] = await ebb.serving("web", 2)
    expect(ebb.run("runners", "logs", runner!.runner_id).stdout).toContain("listening, pid")
  })

  test("a graceful rollout under load loses nothing; the processes are others", async () => {
    const before = new Set((await Promise.all([1, 2, 3, 4].map(() => direct(50)))).map(({ body }) => body.pid))
    const load = Array.from({ length: 10 }, (_, i) => direct(800 + i * 50))
    const queued = await Promise.all(Array.from({ length: 4 }, () => submit(900)))
    await ebb.inFlight("web", 14)
    expect(ebb.run("apps", "rollout", "web").code).toBe(0)
    expect((await ebb.finished()).inFlight).toMatchObject({ atStart: 14, drained: 14, errored: 0, retried: 0 })
    expect((await Promise.all(load)).map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 200))
    expect(queued).toHaveLength(4)
    await ebb.serving("web", 2)
    const after = (await Promise.all([1, 2, 3, 4].map(() => direct(50)))).map(({ body }) => body.pid)
    expect(after.filter((pid) => before.has(pid))).toEqual([])
  })

  test("force loses exactly the direct requests in flight and retries exactly the queued ones", async () => {
    await ebb.serving("web", 2)
    const load = Array.from({ length: 6 }, () => direct(3000))
    const queued = await Promise.all(Array.from({ length: 4 }, () => submit(3000)))
    await ebb.inFlight("web", 10)
    expect(ebb.run("apps", "rollout", "web", "--force").code).toBe(0)
    expect((await ebb.finished()).inFlight).toMatchObject({ atStart: 10, drained: 0, errored: 6, retried: 4 })
    const answers = await Promise.all(load)
    expect(answers.map(({ body, status }) => `${status} ${body.error_type}`)).toEqual(
      Array.from({ length: 6 }, () => "503 runner_disconnected")
    )
    const ledger = await ebb.until(
      () => ebb.ledger("web"),
      (rows) => queued.every((id) => (rows.get(id)?.outcome ?? null) !== null)
    )
    const rows = queued.map((id) => ledger.get(id))
    expect(rows.map((row) => `${row?.outcome} ${row?.attempts}`)).toEqual(
      Array.from({ length: 4 }, () => "completed 2")
    )
  })

  test("a secret reaches the process with the next rollout", async () => {
    await ebb.serving("web", 2)
    expect((await direct(0)).body.k).toBe(null)
    ebb.run("secrets", "set", "K=new")
    expect((await direct(0)).body.k).toBe(null)
    expect(ebb.run("apps", "rollout", "web", "--wait").code).toBe(0)
    await ebb.serving("web", 2)
    expect((await direct(0)).body.k).toBe("new")
  })

  test("a handler runs in a child of the binary and drains as well", async () => {
    await ebb.serving("handler", 1)
    const slow = direct(700, "handler")
    await ebb.inFlight("handler", 1)
    expect(ebb.run("apps", "rollout", "handler").code).toBe(0)
    expect((await slow).status).toBe(200)
    expect((await ebb.finished()).inFlight).toMatchObject({ drained: 1, errored: 0 })
  })

  test("a WebSocket reaches the process; a graceful rollout lets a message finish and closes it with 1012", async () => {
    await ebb.serving("socket", 1)
    const url = `${ebb.url.replace("http", "ws")}/fal.run/local/socket/realtime`
    // Bun's WebSocket takes headers; the type of the web does not know them.
    const options = { headers: { authorization: `Key ${ebb.key}` } }
    const socket: WebSocket = Reflect.construct(WebSocket, [url, options])
    await new Promise((resolve, reject) => {
      socket.onopen = resolve
      socket.onerror = reject
    })
    const answer = () =>
      new Promise((resolve) => {
        socket.onmessage = ({ data }) => resolve(data)
      })
    const first = answer()
    socket.send("hello")
    expect(await first).toBe("HELLO")
    const second = answer()
    socket.send("after 1000 ms")
    const closed = new Promise<number>((resolve) => {
      socket.onclose = ({ code }) => resolve(code)
    })
    expect(ebb.run("apps", "rollout", "socket").code).toBe(0)
    expect(await second).toBe("AFTER 1000 MS")
    expect(await closed).toBe(1012)
    expect((await ebb.finished()).inFlight).toMatchObject({ atStart: 1, drained: 1, errored: 0 })
  })

  test("a command runs beside the process, with its environment", async () => {
    const runner = (await ebb.serving("web", 2))[0]!
    const { code, stdout } = ebb.run("runners", "exec", runner.runner_id, "--", "sh", "-c", "echo $FAL_JOB_ID; exit 3")
    expect({ code, stdout }).toEqual({ code: 3, stdout: `${runner.runner_id}\n` })
  })

  test("a frozen process outlives SIGTERM and is killed at the end of its grace period", async () => {
    const runner = (await ebb.serving("web", 2))[0]!
    ebb.run("runners", "fault", runner.runner_id, "hang")
    ebb.run("runners", "stop", runner.runner_id)
    ebb.run("runners", "kill", runner.runner_id)
    const since = new Date(Date.now() - 60_000).toISOString()
    const ended = await ebb.until(
      () => ebb.ask(Api.appRunners, { params: { app: "web" }, query: { since } }),
      ({ runners }) => runners.some(({ runner_id, state }) => runner_id === runner.runner_id && state === "TERMINATED")
    )
    expect(ended.runners.length).toBeGreaterThan(2)
  })
})

describe("after kill -9 of ebb up", () => {
  const ebb = new Ebb()
  const decoy = spawn("sleep", ["602"], { env: { ...process.env, EBB_SANDBOX_OF_ANOTHER: "1" }, stdio: "ignore" })
  afterEach(() => ebb.remove())
  afterAll(() => decoy.kill("SIGKILL"))

  test("the next one ends every process of the old one, grandchildren included, and nothing else", async () => {
    const plain = write(ebb, "plain", `{ command: [node, ${join(servers, "node.mjs")}] }`, 14)
    const family = write(ebb, "family", `{ command: [node, ${join(servers, "family.mjs")}] }`, 6)
    await ebb.up(plain, family)
    await ebb.serving("plain", 14)
    await ebb.serving("family", 6)
    const pid = Number(
      await (await fetch(`${ebb.url}/fal.run/local/family`, { headers: { authorization: `Key ${ebb.key}` } })).text()
    )
    const mark = markOf(pid)
    const old = marked(mark)
    expect(old.length).toBeGreaterThanOrEqual(14 + 6 * 3)
    await ebb.kill()
    expect(marked(mark).length).toBeGreaterThan(20)
    await ebb.up()
    await ebb.serving("plain", 14)
    expect(marked(mark).filter((each) => old.includes(each))).toEqual([])
    expect(decoy.exitCode).toBe(null)
    expect(ebb.run("down").code).toBe(0)
    expect(marked(mark)).toEqual([])
  })
})

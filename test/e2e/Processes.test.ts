import { Schema } from "effect"
import { spawn } from "node:child_process"
import { randomUUID } from "node:crypto"
import { once } from "node:events"
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { request } from "node:http"
import { join } from "node:path"
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from "vitest"
import { Ebb } from "./Ebb.ts"

const servers = join(import.meta.dirname, "servers")

const specOf = (name: string, runner: string, count: number, grace: string) => `
app: { name: ${name}, max_multiplexing: 8, termination_grace_period: ${grace} }
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

const isAlive = (pid: number): boolean => existsSync(`/proc/${pid}`)

const childrenOf = (pid: number): ReadonlyArray<number> =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean).map(Number)

const write = (ebb: Ebb, name: string, runner: string, count = 2, grace = "60s"): string => {
  const file = join(ebb.data, `${name}.yaml`)
  writeFileSync(file, specOf(name, runner, count, grace))
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
  /** `held`: answered once the runner has its signal. */
  const direct = async (ms: number | "held", app = "web") => {
    const response = await ebb.direct(`local/${app}/?ms=${ms}`, { body: JSON.stringify({ ms }) })
    return { status: response.status, body: Schema.decodeUnknownSync(Body)(await response.json()) }
  }
  const submit = (ms: number | "held") => ebb.submit(`local/web/?ms=${ms}`)

  beforeAll(async () => {
    const web = write(ebb, "web", `{ command: [node, ${join(servers, "node.mjs")}], ready: { path: / } }`)
    const handler = write(ebb, "handler", `{ handler: ${join(servers, "handler.ts")} }`, 1)
    const socket = write(ebb, "socket", `{ command: [${process.execPath}, ${join(servers, "socket.ts")}] }`, 1)
    const quits = write(ebb, "quits", `{ command: [node, ${join(servers, "quits.mjs")}], stop_signal: SIGQUIT }`, 1)
    const lone = write(ebb, "lone", `{ command: [node, ${join(servers, "node.mjs")}] }`, 1)
    const stubborn = write(ebb, "stubborn", `{ command: [node, ${join(servers, "stubborn.mjs")}] }`, 1, "1s")
    await ebb.up(web, handler, socket, quits, lone, stubborn)
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
    const load = Array.from({ length: 10 }, () => direct("held"))
    const queued = await Promise.all(Array.from({ length: 4 }, () => submit("held")))
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
    const load = Array.from({ length: 6 }, () => direct(600_000))
    const queued = await Promise.all(Array.from({ length: 4 }, () => submit(6000)))
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

  test("a server that drains on another signal than SIGTERM is sent that one", async () => {
    const [runner] = await ebb.serving("quits", 1)
    const slow = direct("held", "quits")
    await ebb.inFlight("quits", 1)
    expect(ebb.run("apps", "rollout", "quits").code).toBe(0)
    expect((await slow).status).toBe(200)
    expect((await ebb.finished()).inFlight).toMatchObject({ drained: 1, errored: 0 })
    expect(ebb.run("runners", "logs", runner!.runner_id).stdout).toContain("SIGQUIT: finishing what is in flight")
  })

  test("a handler runs in a child of the binary and drains as well", async () => {
    await ebb.serving("handler", 1)
    const slow = direct("held", "handler")
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
    // This server exits when it has answered: whether the platform is quicker to close is chance.
    expect([1012, 1006]).toContain(await closed)
    expect((await ebb.finished()).inFlight).toMatchObject({ atStart: 1, drained: 1, errored: 0 })
  })

  test("a command runs beside the process, with its environment", async () => {
    const runner = (await ebb.serving("web", 2))[0]!
    const { code, stdout } = ebb.run("runners", "exec", runner.runner_id, "--", "sh", "-c", "echo $FAL_JOB_ID; exit 3")
    expect({ code, stdout }).toEqual({ code: 3, stdout: `${runner.runner_id}\n` })
  })

  test("a command that a signal ends, or that is not there, has the exit status that a shell gives it", async () => {
    const { runner_id: id } = (await ebb.serving("web", 2))[0]!
    expect(ebb.run("runners", "exec", id, "--", "sh", "-c", "kill -9 $$").code).toBe(137)
    expect(ebb.run("runners", "exec", id, "--", "no-such-command").code).toBe(127)
    expect(ebb.run("runners", "exec", id).stderr).toContain("Error: No command specified.")
  })

  test("an answer comes while the request is still being sent", async () => {
    await ebb.serving("web", 2)
    const headers = { authorization: `Key ${ebb.key}` }
    const outgoing = request(`${ebb.url}/fal.run/local/web/chunks`, { method: "POST", headers })
    outgoing.write("first ")
    const [incoming] = await once(outgoing, "response")
    const [chunk] = await once(incoming, "data")
    expect(String(chunk)).toBe("FIRST ")
    outgoing.end("second")
    const rest: Array<string> = []
    for await (const each of incoming) rest.push(String(each))
    expect(rest.join("")).toBe("SECOND")
  })

  test("a caller who leaves in the middle of its request does not cost the runner its place", async () => {
    const before = await ebb.serving("web", 2)
    const headers = { authorization: `Key ${ebb.key}`, "content-length": "1000" }
    const outgoing = request(`${ebb.url}/fal.run/local/web/chunks`, { method: "POST", headers })
    outgoing.on("error", () => {})
    outgoing.write("half")
    await ebb.inFlight("web", 1)
    outgoing.destroy()
    await ebb.inFlight("web", 0)
    expect((await ebb.serving("web", 2)).map(({ runner_id }) => runner_id)).toEqual(
      before.map(({ runner_id }) => runner_id)
    )
  })

  const runnerOf = async (app: string) => (await ebb.serving(app, 1))[0]!.runner_id
  const logOf = (id: string) => ebb.run("runners", "logs", id).stdout

  test("a process that ends by itself while it drains is a crash in the report and in its log", async () => {
    const id = await runnerOf("lone")
    const { pid } = (await direct(0, "lone")).body
    const lost = direct(600_000, "lone")
    await ebb.inFlight("lone", 1)
    expect(ebb.run("apps", "rollout", "lone").code).toBe(0)
    process.kill(pid!, "SIGKILL")
    expect((await lost).body.error_type).toBe("runner_disconnected")
    const { inFlight, runners } = await ebb.finished()
    expect(inFlight).toMatchObject({ atStart: 1, drained: 0, errored: 1 })
    expect(runners).toMatchObject([{ id, endedBy: "crashed", graceExceeded: false }])
    expect(logOf(id)).toContain("the process ended (SIGKILL)")
  })

  test("one that takes no notice of SIGTERM is killed when its grace period is over, and its children with it", async () => {
    const id = await runnerOf("stubborn")
    const own = marked(`EBB_RUNNER=${id}`)
    const children = own.flatMap(childrenOf)
    const lost = direct(0, "stubborn")
    await ebb.inFlight("stubborn", 1)
    expect(ebb.run("apps", "rollout", "stubborn").code).toBe(0)
    expect((await lost).body.error_type).toBe("runner_disconnected")
    const { runners } = await ebb.finished()
    expect(runners).toMatchObject([{ id, endedBy: "grace_exceeded", graceExceeded: true }])
    await ebb.until(
      async () => [...marked(`EBB_RUNNER=${id}`), ...children.filter(isAlive)],
      (left) => left.length === 0
    )
    expect(own.length).toBeGreaterThanOrEqual(2)
    expect(children.length).toBeGreaterThanOrEqual(1)
    expect(logOf(id)).toMatch(/SIGTERM: finishing what is in flight[^]*SIGKILL: the grace period is over/)
  })

  test("faults of simulated runners are refused for an app of processes", () => {
    expect(ebb.run("apps", "fault", "web", "slow_teardown")).toEqual({
      code: 1,
      stdout: "",
      stderr: "✘ The runners of 'web' are processes: these are faults of simulated ones\n"
    })
  })

  test("a frozen process outlives SIGTERM, and is killed at once when it is told to", async () => {
    const id = await runnerOf("web")
    ebb.run("runners", "fault", id, "hang")
    ebb.run("runners", "stop", id)
    expect((await ebb.runners("web")).find(({ runner_id }) => runner_id === id)?.state).toBe("TERMINATING")
    ebb.run("runners", "kill", id)
    await ebb.until(
      async () => marked(`EBB_RUNNER=${id}`),
      (left) => left.length === 0
    )
  })
})

describe("however ebb up ends, its processes end with it", () => {
  test.each(["SIGTERM", "SIGINT", "SIGHUP"] as const)("by %s", async (signal) => {
    const ebb = new Ebb()
    onTestFinished(() => ebb.remove())
    const family = write(ebb, "family", `{ command: [node, ${join(servers, "family.mjs")}] }`, 2)
    await ebb.up(family)
    const runners = await ebb.serving("family", 2)
    const own = () => runners.flatMap(({ runner_id: id }) => marked(`EBB_RUNNER=${id}`))
    expect(own()).toHaveLength(2 * 3)
    await ebb.end(signal)
    expect(own()).toEqual([])
  })

  test("by ebb down, which lets each of them put things in order", async () => {
    const ebb = new Ebb()
    onTestFinished(() => ebb.remove())
    const file = join(ebb.data, "ended")
    const script = `trap 'echo done > ${file}; exit' TERM; node ${join(servers, "node.mjs")} & wait`
    await ebb.up(write(ebb, "tidy", `{ command: [sh, -c, ${JSON.stringify(script)}] }`, 1))
    const [runner] = await ebb.serving("tidy", 1)
    expect(ebb.run("down").code).toBe(0)
    expect(readFileSync(file, "utf8")).toBe("done\n")
    expect(marked(`EBB_RUNNER=${runner!.runner_id}`)).toEqual([])
  })
})

describe("after kill -9 of ebb up", () => {
  const ebb = new Ebb()
  // The same command and the mark of another sandbox.
  const other = randomUUID()
  const decoy = spawn("node", [join(servers, "family.mjs")], {
    env: { ...process.env, PORT: "0", EBB_SANDBOX: other },
    stdio: "ignore",
    detached: true
  })
  afterEach(() => ebb.remove())
  afterAll(() => marked(`EBB_SANDBOX=${other}`).forEach((pid) => process.kill(pid, "SIGKILL")))

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
    expect(marked(`EBB_SANDBOX=${other}`)).toHaveLength(3)
    expect(ebb.run("down").code).toBe(0)
    expect(marked(mark)).toEqual([])
  })
})

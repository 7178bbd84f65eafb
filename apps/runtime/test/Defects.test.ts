import { IsolateController } from "@ebb/protocol/gen/controller_pb"
import { Apps } from "@ebb/runtime/kernel/Apps"
import type { ShellSession } from "@ebb/runtime/kernel/ShellSession"
import { spawnSync } from "node:child_process"
import { join } from "node:path"
import { afterAll, afterEach, beforeAll, beforeEach, expect, type MockInstance, test, vi } from "vitest"
import { GrpcClient } from "./doors/GrpcClient.ts"
import { Restarted, spec } from "./Restarted.ts"

const ebb = new Restarted()
let logged: MockInstance<typeof console.error>

let key = ""
beforeAll(async () => {
  await ebb.up(spec("1ms"))
  key = ebb.key
})
afterAll(() => ebb.remove())
beforeEach(() => {
  logged = vi.spyOn(console, "error").mockImplementation(() => {})
})
afterEach(() => vi.restoreAllMocks())

const bug = (): never => {
  throw new Error("a bug at /home/somebody/secret.ts")
}

/** Breaks what every request passes on its way into the Fleet. */
const breakWorld = () => vi.spyOn(ebb.kernel.submissions, "submit").mockImplementation(bug)
const breakApps = () => vi.spyOn(ebb.running.get(Apps), "of").mockImplementation(bug)

const expectLogged = (met: string): void => {
  expect(logged.mock.calls.map(([text]) => text)).toEqual([`${met} met a fault of the sandbox:`])
}

const expectServed = async (): Promise<void> => {
  vi.restoreAllMocks()
  expect((await ebb.direct("llm")).status).toBe(200)
}

test.each(["direct", "queued"])(
  "a bug on the way of a %s request is a 500 that shows nothing, logged with the request",
  async (kind) => {
    breakWorld()
    const answer = await (kind === "direct" ? ebb.direct("llm") : ebb.queue("POST", "llm"))
    expect([answer.status, await answer.text()]).toEqual([500, expect.not.stringContaining("a bug")])
    expectLogged(`POST ${kind === "direct" ? "/fal.run" : "/queue.fal.run"}/local/llm`)
    await expectServed()
  }
)

test("so is one in the REST API", async () => {
  breakApps()
  const answer = await fetch(`${ebb.running.url}/v1/apps`, { headers: { authorization: `Key ${key}` } })
  expect([answer.status, await answer.text()]).toEqual([500, expect.not.stringContaining("a bug")])
  expectLogged("GET /v1/apps")
  await expectServed()
})

test("one in a gRPC call is status 13", async () => {
  breakApps()
  const client = new GrpcClient(ebb.running.url, { authorization: `Key ${key}` })
  const { details, status } = await client.call(IsolateController.method.listAliases, {})
  expect([status, details]).toEqual([13, "The sandbox failed; see its log"])
  expectLogged("/controller.IsolateController/ListAliases")
  client.close()
  await expectServed()
})

const dial = (path: string): { readonly socket: WebSocket; readonly closed: Promise<unknown> } => {
  const socket = new WebSocket(`${ebb.running.url.replace("http", "ws")}${path}`, {
    headers: { authorization: `Key ${key}` }
  })
  return { socket, closed: new Promise((resolve) => socket.addEventListener("close", resolve)) }
}

test("one while a WebSocket is taken cuts it", async () => {
  breakWorld()
  await dial("/fal.run/local/llm/realtime").closed
  expectLogged("GET /fal.run/local/llm/realtime")
  await expectServed()
})

test("so does one at a message of it", async () => {
  const { closed, socket } = dial("/fal.run/local/llm/realtime")
  await new Promise((resolve) => socket.addEventListener("open", resolve))
  vi.spyOn(ebb.kernel.world, "tell").mockImplementationOnce(bug)
  socket.send("hello")
  await closed
  expectLogged("GET /fal.run/local/llm/realtime")
  await expectServed()
})

/** A shell of the one runner, with what it is to do. */
const shellOf = (session: Partial<ShellSession>): { readonly path: string; readonly end: () => void } => {
  const [runner] = [...ebb.kernel.world.runners.all()].filter(({ endedAtMs }) => endedAtMs === null)
  const { revision } = runner!
  const before = revision.processes
  Object.assign(revision, {
    processes: { shell: () => ({ kill: () => {}, exitCode: Promise.resolve(0), ...session }) }
  })
  return { path: `/v1/runners/${runner!.id}/shell`, end: () => Object.assign(revision, { processes: before }) }
}

test("one while a shell is opened cuts it", async () => {
  vi.spyOn(ebb.kernel.world.runners, "find").mockImplementation(bug)
  await dial("/v1/runners/r/shell").closed
  expectLogged("GET /v1/runners/r/shell")
  await expectServed()
})

test.each([
  ["at what a shell prints", { output: new ReadableStream<Uint8Array>({ pull: bug }) }],
  ["at what is typed into it", { output: new ReadableStream<Uint8Array>(), write: bug }]
])("so does one %s", async (_, session) => {
  const { end, path } = shellOf(session)
  const { closed, socket } = dial(path)
  socket.addEventListener("open", () => socket.send(new Uint8Array([65])))
  await closed
  end()
  expectLogged(`GET ${path}`)
  await expectServed()
})

test("an exception or a rejection that belongs to no request is logged, and the process goes on", () => {
  const script = `
    import { survive } from ${JSON.stringify(join(import.meta.dirname, "../src/edge/Defects.ts"))}
    survive()
    setTimeout(() => { throw new Error("stray exception") }, 1)
    void (async () => { throw new Error("stray rejection") })()
    setTimeout(() => { console.log("still here"); process.exit() }, 50)
  `
  const { stderr, stdout } = spawnSync(process.execPath, ["-e", script], { encoding: "utf8" })
  expect(stdout).toBe("still here\n")
  expect(stderr).toContain("stray exception")
  expect(stderr).toContain("stray rejection")
})

import { IsolateController } from "@ebb/protocol/gen/controller_pb"
import { Apps } from "@ebb/runtime/kernel/Apps"
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

test("one while a WebSocket is taken cuts it", async () => {
  breakWorld()
  const socket = new WebSocket(`${ebb.running.url.replace("http", "ws")}/fal.run/local/llm/realtime`, {
    headers: { authorization: `Key ${key}` }
  })
  await new Promise((resolve) => socket.addEventListener("close", resolve))
  expectLogged("GET /fal.run/local/llm/realtime")
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

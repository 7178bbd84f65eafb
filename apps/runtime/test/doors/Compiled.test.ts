import { spawn, spawnSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { IsolateController } from "@ebb/protocol/gen/controller_pb"
import { assert, it } from "vitest"
import { GrpcClient, keyOf } from "./GrpcClient.ts"

const program = fileURLToPath(import.meta.resolve("./program.ts"))

const websocketEcho = (url: string): Promise<unknown> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(url)
    socket.addEventListener("open", () => socket.send("hello"))
    socket.addEventListener("error", () => reject(new Error("refused")))
    socket.addEventListener("message", ({ data }) => resolve(data))
  })

it("the doors work in a compiled binary: gRPC, HTTP, events, websockets and callers who leave", async () => {
  const folder = mkdtempSync(join(tmpdir(), "ebb-doors-"))
  const binary = join(folder, "doors")
  const built = spawnSync(process.execPath, [
    "build",
    "--compile",
    "--minify",
    "--bytecode",
    program,
    "--outfile",
    binary
  ])
  assert.strictEqual(built.status, 0, built.stderr.toString())
  const child = spawn(binary, { stdio: ["ignore", "pipe", "inherit"] })
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  try {
    const authority = `127.0.0.1:${(await lines.next()).value}`
    const client = new GrpcClient(`http://${authority}`, keyOf("id", "secret"))
    const { rolloutApplication } = IsolateController.method
    assert.strictEqual((await client.call(rolloutApplication, { applicationName: "myapp", force: true })).status, 0)
    assert.strictEqual((await client.call(rolloutApplication, { applicationName: "nope" })).status, 5)
    client.close()
    assert.strictEqual(await (await fetch(`http://${authority}/`, { method: "POST", body: "echo" })).text(), "echo")
    assert.strictEqual(await websocketEcho(`ws://${authority}/`), "hello")
    const caller = new AbortController()
    const { body } = await fetch(`http://${authority}/events`, { signal: caller.signal })
    const first = await body!.getReader().read()
    assert.strictEqual(new TextDecoder().decode(first.value), "data: 1\n\n")
    caller.abort()
    assert.strictEqual((await lines.next()).value, "left")
  } finally {
    child.kill("SIGKILL")
    rmSync(folder, { recursive: true })
  }
})

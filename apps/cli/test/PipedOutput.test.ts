import { spawn, spawnSync } from "node:child_process"
import { existsSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { assert, it } from "vitest"

const nodeIo = new URL("../src/kit/NodeIo.ts", import.meta.url).href

/** Writes much, as a plan made on several threads does, and ends. */
const program = `
  const { exit, make } = await import(${JSON.stringify(nodeIo)})
  const worker = new Worker(URL.createObjectURL(new Blob(["postMessage(1)"])))
  await new Promise((resolve) => (worker.onmessage = resolve))
  worker.terminate()
  make().stdout.write("x".repeat(300_000))
  await exit(0)
`

it("a long result leaves whole through a pipe that is read late", async () => {
  const child = spawn("bun", ["-e", program], { stdio: ["ignore", "pipe", "inherit"] })
  let bytes = 0
  const ended = new Promise((resolve) => child.on("close", resolve))
  await new Promise((resolve) => child.stdout.once("readable", resolve))
  child.stdout.on("data", (chunk: Buffer) => (bytes += chunk.length))
  assert.strictEqual(await ended, 0)
  assert.strictEqual(bytes, 300_000)
})

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url))
const gate = ["rehearse", "--preset", "llm", "--seeds", "2", "--assert", "force.inFlight.errored == 0"]

/** The exit code of ebb with the stream that nobody reads. */
const unread = async (stream: "stdout" | "stderr", words: ReadonlyArray<string>) => {
  const child = spawn("bun", [main, ...words], { stdio: ["ignore", "pipe", "pipe"] })
  child[stream].destroy()
  return new Promise((resolve) => child.on("close", resolve))
}

it("a check that is not met fails whoever reads of it", async () => {
  assert.strictEqual(await unread("stdout", [...gate, "--json"]), 1)
  assert.strictEqual(await unread("stderr", gate), 1)
})

it("a command goes on when nobody reads what it notes", async () => {
  const folder = mkdtempSync(join(tmpdir(), "ebb-unread-"))
  const written = join(folder, "report.json")
  const words = ["rehearse", "--preset", "llm", "--seeds", "2", "--out", written]
  assert.strictEqual(await unread("stderr", words), 0)
  assert.isTrue(existsSync(written))
  rmSync(folder, { recursive: true })
})

it("a file may be the pipe itself, under its name on this system", () => {
  const files = JSON.stringify(new URL("../src/kit/Files.ts", import.meta.url).href)
  const writes = `const { write } = await import(${files}); require("effect").Effect.runSync(write("/dev/stdout", "out", "whole"))`
  const { status, stdout } = spawnSync("sh", ["-c", 'bun -e "$0" | cat', writes], { encoding: "utf8" })
  assert.deepStrictEqual([status, stdout], [0, "whole"])
})

import { spawn } from "node:child_process"
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

import { spawn } from "node:child_process"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { Ebb } from "../e2e/Ebb.ts"

const ebb = new Ebb()

beforeAll(async () => {
  await ebb.up()
  await ebb.serving("demo", 1)
})

afterAll(() => ebb.remove())

test("the example of @fal-ai/client runs as ebb env says", async () => {
  const variables = JSON.parse(ebb.run("env", "--json").stdout)
  const program = join(import.meta.dirname, "../../examples/fal-client.ts")
  const child = spawn(process.execPath, [program], { env: { ...process.env, ...variables } })
  let output = ""
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()))
  await new Promise((resolve) => child.on("close", resolve))
  expect(output.trim().split("\n")).toEqual([
    'run {"prompt":"direct"}',
    'subscribe {"prompt":"queued"}',
    'stream {"prompt":"streamed"}',
    "upload hello",
    'realtime {"prompt":"spoken"}'
  ])
})

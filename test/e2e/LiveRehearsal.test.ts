import { spawn } from "node:child_process"
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, expect, test } from "vitest"

const binary = join(import.meta.dirname, "../../dist/ebb")
const folder = mkdtempSync(join(tmpdir(), "ebb-e2e-live-"))
const temporary = join(folder, "tmp")
mkdirSync(temporary)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const spec = (forSeconds: number) => `
app: { name: live, max_multiplexing: 4, termination_grace_period: 2s }
scaling: { min_concurrency: 1, max_concurrency: 2 }
runner: { scheduling: 50ms, setup: 100ms, teardown: 50ms }
traffic: [ { kind: direct, arrivals: { poisson: 10/s }, service: 200ms } ]
rollouts: [ { at: 1s } ]
run: { for: ${forSeconds}s, warmup: 0s, window: 1s, seeds: 1, modes: [none, force] }
`

/** `ebb rehearse --live`, with what it makes on the way in a folder of its own. */
const rehearse = (forSeconds: number) => {
  const file = join(folder, "spec.yaml")
  writeFileSync(file, spec(forSeconds))
  const env = { PATH: process.env["PATH"], HOME: folder, TMPDIR: temporary }
  const child = spawn(binary, ["rehearse", "--live", "--json", file], { env, stdio: ["ignore", "pipe", "ignore"] })
  let stdout = ""
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()))
  const ended = new Promise<{ readonly code: number | null; readonly stdout: string }>((resolve) =>
    child.on("close", (code) => resolve({ code, stdout }))
  )
  return { child, ended }
}

test("a live rehearsal reports as a virtual one does and leaves nothing behind", async () => {
  const { code, stdout } = await rehearse(3).ended
  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({
    version: 1,
    seeds: 1,
    modes: [{ mode: "none" }, { mode: "force" }],
    advice: { mode: "force" }
  })
  expect(readdirSync(temporary)).toEqual([])
})

test.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGHUP", 129]
] as const)("%s ends it at once, and its sandboxes with it", async (signal, exit) => {
  const { child, ended } = rehearse(600)
  while (readdirSync(temporary).length < 2) await new Promise((resolve) => setTimeout(resolve, 20))
  child.kill(signal)
  expect((await ended).code).toBe(exit)
  expect(readdirSync(temporary)).toEqual([])
})

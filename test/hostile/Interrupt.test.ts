import { spawn } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, expect, test } from "vitest"
import { binary } from "../e2e/Ebb.ts"

const folder = mkdtempSync(join(tmpdir(), "ebb-interrupt-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const spec = `
app: { name: big }
scaling: { min_concurrency: 100000, max_concurrency: 100000 }
runner: { setup: 20s, scheduling: 2s, service: 1s }
traffic: [{ kind: direct, arrivals: { poisson: 1000/s } }]
rollouts: [{ at: 2m }]
run: { for: 5m, warmup: 1m, window: 2m }
`

/** Processor time that it has used, in hundredths of a second. */
const usedBy = (pid: number): number => {
  const [, , , , , , , , , , , , , user, system] = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/\(.*\)/, "()")
    .split(" ")
  return user === undefined || system === undefined ? NaN : Number(user) + Number(system)
}
const ticksAtWork = 200

test.each(["graceful", "replace"])(
  "Ctrl-C ends a rehearsal of 100,000 runners in the midst of it, %s",
  async (mode) => {
    writeFileSync(join(folder, "big.yaml"), spec)
    const words = ["rehearse", "big.yaml", "--mode", mode, "--seeds", "200", "--jobs", "1"]
    const child = spawn(binary, words, { cwd: folder, env: { PATH: process.env["PATH"], HOME: folder } })
    let said = ""
    child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()))
    const ended = new Promise((resolve) => child.on("close", resolve))
    while (usedBy(child.pid!) < ticksAtWork) await new Promise((resolve) => setTimeout(resolve, 20))
    child.kill("SIGINT")
    expect(await ended).toBe(130)
    expect(said.replaceAll(/^.*\r/gm, "")).toBe("✘ Aborted.\n")
  }
)

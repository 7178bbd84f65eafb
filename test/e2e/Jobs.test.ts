import { spawn, spawnSync } from "node:child_process"
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { binary } from "./Ebb.ts"

const folder = mkdtempSync(join(tmpdir(), "ebb-jobs-"))
const env = { PATH: process.env["PATH"], HOME: folder, COLUMNS: "80" }
beforeAll(() =>
  writeFileSync(join(folder, "trace.csv"), ["at", ...Array.from({ length: 500 }, (_, n) => n)].join("\n"))
)
afterAll(() => rmSync(folder, { recursive: true }))

const rehearse = (...words: ReadonlyArray<string>) =>
  spawnSync(binary, ["rehearse", ...words], { cwd: folder, env, encoding: "utf8" })

/** The threads of a process that are workers. */
const workersOf = (pid: number): number =>
  readdirSync(`/proc/${pid}/task`).filter((task) =>
    readFileSync(`/proc/${pid}/task/${task}/comm`, "utf8").startsWith("Worker")
  ).length

describe("the binary, with workers in it", () => {
  it("prints the same report with 1, 2 and 4 jobs", () => {
    const [one, two, four] = ["1", "2", "4"].map((jobs) => rehearse("--preset", "llm", "--json", "--jobs", jobs))
    assert.deepStrictEqual([one!.status, two!.status, four!.status], [0, 0, 0])
    assert.lengthOf(JSON.parse(one!.stdout).modes, 4)
    assert.strictEqual(two!.stdout, one!.stdout)
    assert.strictEqual(four!.stdout, one!.stdout)
  })

  it("and of a trace", () => {
    const spec = `app: { name: traced }
traffic: [ { kind: direct, arrivals: { trace: { file: trace.csv, timestamp: at } }, service: { exponential: { mean: 20s } } } ]
rollouts: [ { at: 2m } ]
run: { for: 8m, warmup: 30s, window: 2m, seeds: 200 }
`
    writeFileSync(join(folder, "traced.yaml"), spec)
    const [one, two] = ["1", "2"].map((jobs) => rehearse("traced.yaml", "--json", "--jobs", jobs))
    assert.strictEqual(one!.stderr, "")
    assert.isAbove(JSON.parse(one!.stdout).modes[0].requests.accepted.mean, 100)
    assert.strictEqual(two!.stdout, one!.stdout)
  })

  it("ends at Ctrl-C while its workers are busy", async () => {
    const child = spawn(binary, ["rehearse", "--preset", "llm", "--seeds", "1000", "--jobs", "3"], { cwd: folder, env })
    let said = ""
    child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()))
    const ended = new Promise((resolve) => child.on("close", resolve))
    while (workersOf(child.pid!) < 2) await new Promise((resolve) => setTimeout(resolve, 20))
    child.kill("SIGINT")
    assert.strictEqual(await ended, 130)
    assert.strictEqual(said.replaceAll(/^.*\r/gm, ""), "✘ Aborted.\n")
  })

  it("refuses a number of jobs that is none", () => {
    const { status, stderr } = rehearse("--jobs", "0")
    assert.strictEqual(status, 2)
    assert.include(stderr, "argument --jobs: must be a whole number from 1 to 256, got '0'")
  })
})

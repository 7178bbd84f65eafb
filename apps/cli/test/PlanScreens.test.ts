import { afterAll, assert, beforeAll, describe, expect, it } from "@effect/vitest"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { run } from "./RunEbb.ts"

/** Requests of very different lengths, busiest at noon; a grace period that is too short for many, more runners than are needed. */
const spec = `app: { name: films, machine_type: GPU-H100, max_multiplexing: 2, termination_grace_period: 10s }
scaling: { min_concurrency: 2, max_concurrency: 8 }
runner: { scheduling: 5s, setup: 40s, teardown: 1s }
traffic:
  - kind: direct
    arrivals: { daily: { low: 6/m, high: 30/m, period: 24h, peak_at: 12h } }
    service: { lognormal: { p50: 6s, p99: 40s } }
rollouts: [ { at: 20m } ]
run: { for: 30m, warmup: 10m, window: 5m, seeds: 4 }
`

const scaling = [
  "--let",
  "scaling.max_concurrency=1..8",
  "--slo",
  "replace.queueWaitMs.during.p99 < 30s",
  "--runs",
  "120"
]
const costs = ["--cost", "error=0.02USD"]
const parts: Readonly<Record<string, ReadonlyArray<string>>> = {
  grace: ["grace", "ebb.yaml"],
  way: ["way", "ebb.yaml", ...costs],
  when: ["when", "ebb.yaml", "--mode", "force", "--over", "12h"],
  scaling: ["scaling", "ebb.yaml", ...scaling],
  whole: ["ebb.yaml", "--over", "6h", ...costs, ...scaling]
}

describe.each(Object.keys(parts))("the screen of a plan: %s", (part) => {
  const cwd = mkdtempSync(join(tmpdir(), "ebb-plan-"))
  const screen = async (columns: number, env: Readonly<Record<string, string>>): Promise<string> => {
    const { code, out } = await run(["plan", ...parts[part]!, "--jobs", "1"], { cwd, env, columns, terminal: true })
    assert.strictEqual(code, 0)
    return out
  }

  beforeAll(() => writeFileSync(join(cwd, "ebb.yaml"), spec))
  afterAll(() => rmSync(cwd, { recursive: true }))

  it.each([80, 100])("%i columns wide, the answer first", async (columns) => {
    const plain = await screen(columns, { NO_COLOR: "1" })
    await expect(plain).toMatchFileSnapshot(`golden/plan/${part}-${columns}.txt`)
    for (const line of plain.split("\n")) assert.isAtMost([...line].length, columns, line)
    assert.match(plain.split("\n")[1]!, /^[►!] /)
    const coloured = await screen(columns, {})
    await expect(coloured).toMatchFileSnapshot(`golden/plan/${part}-${columns}-colour.txt`)
    assert.strictEqual(coloured.replaceAll(new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, "g"), ""), plain)
  })
})

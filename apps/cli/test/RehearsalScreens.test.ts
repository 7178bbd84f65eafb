import * as RehearsalText from "@ebb/cli/commands/rehearse/RehearsalText"
import type * as Terminal from "@ebb/cli/kit/Terminal"
import * as Experiment from "@ebb/sim/experiment/Experiment"
import * as Presets from "@ebb/sim/spec/Presets"
import * as Spec from "@ebb/sim/spec/Spec"
import { assert, beforeAll, describe, expect, it } from "@effect/vitest"
import { Effect, Result } from "effect"

const saturated = `
app: { name: busy, machine_type: GPU-H100, max_multiplexing: 1 }
scaling: { min_concurrency: 2, max_concurrency: 4 }
traffic: [ { kind: queued, arrivals: { poisson: 2/s }, service: 4s } ]
rollouts: [ { at: 5m } ]
run: { for: 20m, warmup: 1m, window: 5m }
`
/** Runners that hang hold the only machines: a replacement never finds one. */
const neverEnding = `
app: { name: stuck, machine_type: GPU-H100, rollout_order: replace_first }
scaling: { min_concurrency: 2, max_concurrency: 2 }
capacity: { GPU-H100: 2 }
traffic: [ { kind: direct, arrivals: { poisson: 30/m }, service: 1s } ]
rollouts: [ { at: 5m } ]
run: { for: 15m, warmup: 1m, window: 5m, modes: [replace] }
`
const texts: Readonly<Record<string, string>> = { ...Presets.presets, saturated, "never-ending": neverEnding }

const rehearsed = (name: string) => {
  const set = ["run.seeds=4"]
  const spec = Result.getOrThrow(Spec.parse(texts[name]!, { file: name, set, readFile: () => "" }))
  return Effect.map(Experiment.run(spec), (report): RehearsalText.Shown => ({
    report,
    spec,
    name,
    requests: 1_234_567,
    elapsedMs: 1900,
    again: `ebb rehearse ${name} --seed 1`,
    up: `ebb up ${name}`,
    hasPage: false,
    hasDetails: false,
    isGated: false
  }))
}

const terminal = (columns: number, colour: boolean): Terminal.Terminal => ({
  isTerminal: true,
  colour,
  unicode: true,
  columns
})

describe.each(Object.keys(texts))("the screen of a rehearsal: %s", (name) => {
  let shown: RehearsalText.Shown
  beforeAll(async () => {
    shown = await Effect.runPromise(rehearsed(name))
  })
  it.each([80, 100, 200])("%i columns wide", async (columns) => {
    const plain = RehearsalText.render(shown, terminal(columns, false))
    await expect(plain).toMatchFileSnapshot(`golden/rehearse/${name}-${columns}.txt`)
    const coloured = RehearsalText.render(shown, terminal(columns, true))
    await expect(coloured).toMatchFileSnapshot(`golden/rehearse/${name}-${columns}-colour.txt`)
    assert.strictEqual(coloured.replaceAll(new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, "g"), ""), plain)
  })
  it("has the verdict and every mode in the first 24 rows of 80 columns", () => {
    const lines = RehearsalText.render(shown, terminal(80, false)).split("\n").slice(0, 24)
    for (const line of lines) assert.isAtMost([...line].length, 80, line)
    assert.isTrue(lines.some((line) => /^(► (Use|Least bad)|! )/.test(line)))
    for (const { mode } of shown.report.modes) assert.isTrue(lines.some((line) => line.slice(2).startsWith(mode)))
    assert.isTrue(lines.some((line) => line.includes("--details")))
  })
})

import { journaled } from "@ebb/core/journal/Journal"
import { RecordingPort } from "@ebb/core/journal/RecordingPort"
import type { Runner } from "@ebb/core/tables/Records"
import * as Journal from "@ebb/sim/experiment/Journal"
import { Simulation } from "@ebb/sim/experiment/Simulation"
import { version } from "@ebb/text/Version"
import { Result } from "effect"
import fc from "fast-check"
import { assert, describe, it } from "vitest"
import { specOf } from "./SpecOf.ts"

const spec = specOf({
  app: { machine_type: "GPU-H100", max_multiplexing: 2, termination_grace_period: "5s" },
  scaling: { min_concurrency: 2, max_concurrency: 4, keep_alive: "30s" },
  runner: { setup: { lognormal: { p50: "8s", p99: "20s" } } },
  capacity: { "GPU-H100": 5 },
  traffic: [
    {
      kind: { mixed: { queued: 0.6 } },
      arrivals: { poisson: "30/m" },
      service: { lognormal: { p50: "3s", p99: "20s" } }
    }
  ],
  faults: {
    setup_failure: 0.1,
    crash: { exponential: { mean: "10m" } },
    plan: [{ at: "150s", runner: "oldest", do: "hang" }]
  },
  rollouts: [{ at: "3m" }, { at: "4m", mode: "force" }],
  run: { for: "5m", warmup: "30s" }
})

const lines = Journal.write(spec, "graceful", 1)
const textOf = (all: ReadonlyArray<string>): string => `${all.join("\n")}\n`
const whole = textOf(lines)

/** The line at which a journal is rejected, and why; null when it is taken. */
const rejected = (text: string): { readonly line: number; readonly problem: string } | null =>
  Result.match(Journal.replay(text), { onFailure: ({ line, problem }) => ({ line, problem }), onSuccess: () => null })

describe("the journal of a virtual run", () => {
  it("says whose inputs it holds, and how many", () => {
    const { hash: _, ...header } = JSON.parse(lines[0]!)
    assert.deepStrictEqual(header, {
      journal: 2,
      ebb: version,
      origin: "virtual",
      mode: "graceful",
      seed: 1,
      spec: JSON.parse(JSON.stringify(spec.text)),
      recoveriesFollowed: 8
    })
    assert.strictEqual(JSON.parse(lines.at(-1)!).inputs, lines.length - 2)
    assert.isAbove(lines.length, 300)
  })

  it("is the same each time it is written, and another for another seed or mode", () => {
    assert.deepStrictEqual(Journal.write(spec, "graceful", 1), lines)
    assert.notDeepEqual(Journal.write(spec, "graceful", 2).slice(1), lines.slice(1))
    assert.notDeepEqual(Journal.write(spec, "replace", 1).slice(1), lines.slice(1))
  })

  it.each(["none", "graceful", "replace", "force"] as const)("of %s replays to the same Fleet", (mode) => {
    const own = Journal.write(spec, mode, 3)
    const { fleet, hash, header, inputs } = Result.getOrThrow(Journal.replay(textOf(own)))
    assert.strictEqual(inputs, own.length - 2)
    assert.strictEqual(hash, JSON.parse(own.at(-1)!).hash)
    assert.strictEqual(header.mode, mode)
    const submitted = own.filter((line) => line.includes('"input":"submit"')).length
    assert.strictEqual(fleet.state.apps[0]!.totals.accepted, submitted)
    assert.strictEqual(fleet.state.rollouts.length, mode === "none" ? 0 : 2)
  })
})

/** Gives a runner three requests at a time without telling anybody. */
class Meddler extends RecordingPort {
  override start(runner: Runner): void {
    runner.app.maxMultiplexing = 3
    super.start(runner)
  }
}

describe("a journal that was changed is rejected", () => {
  const lineAt = (position: number): number => whole.slice(0, position).split("\n").length

  it("at the line of any one byte that is another", () => {
    const position = fc.nat(whole.length - 1)
    const byte = fc.integer({ min: 9, max: 126 }).map((code) => String.fromCharCode(code))
    fc.assert(
      fc.property(position, byte, (at, other) => {
        fc.pre(whole[at] !== other)
        const found = rejected(whole.slice(0, at) + other + whole.slice(at + 1))
        assert.isNotNull(found)
        // A line end that is lost makes one line of two; one that is gained, two of one.
        assert.strictEqual(found.line, lineAt(at))
      }),
      { numRuns: 300, seed: 1 }
    )
  })

  it("at the line that is lost, doubled or in another place", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: lines.length - 3 }), (at) => {
        const without = lines.toSpliced(at, 1)
        assert.strictEqual(rejected(textOf(without))?.line, at + 1)
        const doubled = lines.toSpliced(at, 0, lines[at]!)
        assert.strictEqual(rejected(textOf(doubled))?.line, at + 2)
        const swapped = lines.toSpliced(at, 2, lines[at + 1]!, lines[at]!)
        assert.strictEqual(rejected(textOf(swapped))?.line, at + 1)
      }),
      { numRuns: 25, seed: 1 }
    )
  })

  it("when it ends too early: without its last line, in the middle of it or of another", () => {
    assert.deepStrictEqual(rejected(textOf(lines.slice(0, -1)))?.line, lines.length - 1)
    assert.match(rejected(whole.slice(0, -1))!.problem, /the last line, with the number of inputs, is missing/)
    assert.isNotNull(rejected(whole.slice(0, -20)))
    assert.isNotNull(rejected(textOf(lines.slice(0, 100))))
    assert.strictEqual(rejected("")?.line, 1)
    assert.isNotNull(rejected(textOf(lines.slice(0, 1))))
  })

  it("when something follows its end", () => {
    assert.isNotNull(rejected(`${whole}\n`))
    assert.isNotNull(rejected(whole + lines.at(-1)!))
  })

  it("when its header is another", () => {
    const changed = (key: string, value: unknown): string =>
      textOf([JSON.stringify({ ...JSON.parse(lines[0]!), [key]: value }), ...lines.slice(1)])
    for (const [key, value] of [
      ["seed", 2],
      ["mode", "force"],
      ["ebb", "0.0.0"],
      ["spec", {}]
    ] as const) {
      assert.strictEqual(rejected(changed(key, value))?.line, 1, key)
    }
  })

  it("when the Fleet that wrote it went by another rule: its inputs are right, what they caused is not", () => {
    let own = ""
    const header = { ...JSON.parse(lines[0]!), hash: undefined }
    const { makeFleet, writer } = journaled(header, {
      write: (lines) => (own += new TextDecoder().decode(lines))
    })
    new Simulation(spec, "graceful", 1, (world) => makeFleet(new Meddler(world))).run()
    writer.end()
    const found = rejected(own)
    assert.isNotNull(found)
    assert.match(found.problem, /the rules have changed/)
    assert.isBelow(found.line, own.split("\n").length - 1)
  })

  it("when it is of a version that is not known, in those words", () => {
    const header = JSON.stringify({ ...JSON.parse(lines[0]!), journal: 3 })
    const found = rejected(textOf([header, ...lines.slice(1)]))
    assert.deepStrictEqual(found, { line: 1, problem: "is of journal version 3; this ebb reads versions 1 and 2" })
  })

  it("when it is no journal at all", () => {
    assert.deepStrictEqual(rejected("hello\n"), { line: 1, problem: "is not the header of a journal" })
    assert.deepStrictEqual(rejected('{"app": 1}\n'), { line: 1, problem: "is not the header of a journal" })
  })
})

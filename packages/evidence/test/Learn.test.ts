import { learn } from "@ebb/evidence/learn/Learn"
import { fits, modes, tailIndex } from "@ebb/evidence/learn/Fits"
import { sampleOf } from "@ebb/evidence/learn/Sample"
import * as SpecText from "@ebb/evidence/spec/SpecText"
import * as Random from "@ebb/sim/workload/Random"
import { sampler, type Distribution } from "@ebb/sim/workload/Distribution"
import * as Spec from "@ebb/sim/spec/Spec"
import { Result } from "effect"
import { assert, describe, it } from "vitest"
import { read } from "./Reading.ts"

const random = Random.make(7)
const drawn = (distribution: Distribution, count = 4000): Float64Array => {
  const model = sampler(distribution, () => new Float64Array())
  return sampleOf(Array.from({ length: count }, (_, at) => model.sample(random, 1, at)))
}

describe("the distribution that service times are nearest to", () => {
  it.each([
    { exponential: { mean: "4s" } },
    { lognormal: { p50: "4s", p99: "30s" } },
    { gamma: { mean: "4s", cv: 0.4 } },
    { pareto: { min: "1s", shape: 2.5 } }
  ] as const)("is the one that they were drawn from: %j", (distribution) => {
    const [best, second] = fits(drawn(distribution))
    const [name] = Object.keys(distribution)
    // A gamma of coefficient 1 is an exponential: either is right there.
    assert.include(name === "exponential" ? ["exponential", "gamma"] : [name], best!.name)
    assert.isBelow(best!.distance, 0.03)
    assert.isAtLeast(second!.distance, best!.distance)
  })

  it("is none for a handful of values, or for one value alone", () => {
    assert.deepStrictEqual(fits(sampleOf([1, 2, 3])), [])
    assert.deepStrictEqual(fits(sampleOf(Array.from({ length: 50 }, () => 4000))), [])
  })

  it("is off by at least the share of zeros", () => {
    const values = [...Array.from({ length: 4000 }, () => 0), ...drawn({ pareto: { min: "1s", shape: 2.5 } })]
    for (const { distance } of fits(sampleOf(values))) {
      assert.isAtLeast(distance, 0.5)
      assert.isAtMost(distance, 1)
    }
  })

  it("has a tail whose index is that of the Pareto", () => {
    assert.closeTo(tailIndex(drawn({ pareto: { min: "1s", shape: 1.5 } }))!, 1.5, 0.35)
    assert.isAbove(tailIndex(drawn({ exponential: { mean: "1s" } }))!, 2)
  })

  it("has two humps where it is a mixture", () => {
    const mixture = sampleOf([
      ...drawn({ lognormal: { p50: "200ms", p99: "400ms" } }),
      ...drawn({ lognormal: { p50: "8s", p99: "12s" } })
    ])
    const [low, high] = modes(mixture)
    assert.closeTo(low!, 200, 60)
    assert.closeTo(high!, 8000, 2400)
    assert.lengthOf(modes(drawn({ lognormal: { p50: "4s", p99: "30s" } })), 1)
  })
})

/** One runner works on two at a time from 1 s on; another comes later. */
const log = [
  "sent_at,started_at,ended_at,status,runner_id",
  "0.007,0.007,4.008,200,r1",
  "1.007,1.007,3.006,200,r1",
  "2.007,3.007,5.011,500,r1",
  "60.007,60.007,64.008,200,r2",
  "3600.007,3600.007,3604.013,200,r1"
].join("\n")

describe("what is learnt from requests", () => {
  const learnt = learn([{ source: "log:a.csv", requests: read(log), findings: [], missing: [], notes: [] }])
  const found = (path: string) => learnt.findings.find((finding) => finding.path === path)!

  it("is how many a runner works on, how many runners there are, when requests come", () => {
    assert.deepInclude(found("app.max_multiplexing"), { value: "2", sure: "measured", n: 2, from: "log:a.csv" })
    assert.deepInclude(found("scaling.max_concurrency"), { value: "2", sure: "coarse" })
    assert.include(learnt.notes, "wait from being sent to work: p50 0ms, p90 1s, p99 1s")
    assert.include(found("traffic[0].arrivals").note, "5 requests in 1 h")
    assert.include(learnt.notes.join("\n"), "1 of 5 requests failed (20.00 %)")
  })

  it("is how long idle runners were kept, where some came and went: at least as long as one waited for work", () => {
    // r1 had nothing to do from second 5 to second 3600.
    assert.deepInclude(found("scaling.keep_alive"), { value: "3595s", sure: "coarse", n: 1 })
    const steady = read(log.replaceAll("r2", "r1"))
    const { findings } = learn([{ source: "a", requests: steady, findings: [], missing: [], notes: [] }])
    assert.strictEqual(findings.find(({ path }) => path === "scaling.keep_alive")!.sure, "assumed")
  })

  it("leaves to the defaults what nobody knows, and says so", () => {
    assert.deepInclude(found("runner.setup"), { value: "8s", sure: "assumed", n: 0 })
    assert.include(
      learnt.missing.map(({ path }) => path),
      "runner.setup"
    )
    assert.notInclude(
      learnt.missing.map(({ path }) => path),
      "app.max_multiplexing"
    )
  })

  it("is asked of the first source that knows it", () => {
    const told = { path: "app.max_multiplexing", value: "9", from: "other", n: 1, sure: "measured" as const, note: "" }
    const second = {
      source: "other",
      requests: null,
      findings: [told, { ...told, path: "runner.setup", value: "45s" }],
      missing: [],
      notes: []
    }
    const { findings } = learn([
      { source: "log:a.csv", requests: read(log), findings: [], missing: [], notes: [] },
      second
    ])
    assert.strictEqual(findings.find(({ path }) => path === "app.max_multiplexing")!.value, "2")
    assert.strictEqual(findings.find(({ path }) => path === "runner.setup")!.value, "45s")
  })

  it("leaves the times of what failed out, in words and in the file; it stays an arrival", () => {
    assert.deepInclude(found("traffic[0].service"), { n: 4 })
    const left = "without the 1 that failed: they stay arrivals, and take as long as the others"
    assert.include(found("traffic[0].service").note, left)
    const rows = [...learnt.files[0]!.lines()].map((line) => line.trim())
    assert.deepStrictEqual(rows, ["arrived,service", "0,4.001", "1,1.999", "2,", "60,4.001", "3600,4.006"])
  })

  it("is no service where all failed", () => {
    const requests = read(log.replaceAll(",200,", ",503,"))
    const { findings } = learn([{ source: "a", requests, findings: [], missing: [], notes: [] }])
    assert.notStrictEqual(findings.find(({ path }) => path === "traffic[0].service")?.sure, "measured")
  })

  it("leaves out broken times, far from all others, and says so", () => {
    const rows = Array.from({ length: 400 }, (_, at) => `${1_795_881_600 + at},1,200`)
    const requests = read(["time,took_s,status", "0,1,200", ...rows, "1795881600123456,1,200"].join("\n"))
    assert.deepStrictEqual([requests.count, requests.arrivalMs[0]], [400, 1_795_881_600_000])
    assert.deepStrictEqual(requests.dropped, [
      { reason: "with a time far from all others (1970-01-01T00:00:00.000Z to 1795881600123456 s): left out", count: 2 }
    ])
    const { findings } = learn([{ source: "a", requests, findings: [], missing: [], notes: [] }])
    assert.deepInclude(
      findings.find(({ path }) => path === "run.for"),
      { value: "399s", n: 400 }
    )
  })

  it("warns where the part to rehearse holds next to none of the requests", () => {
    const rows = Array.from({ length: 405 }, (_, at) => `${at < 5 ? at : 300_000 + at},1,200`)
    const requests = read(["time,took_s,status", ...rows].join("\n"))
    const { findings, notes } = learn([{ source: "a", requests, findings: [], missing: [], notes: [] }])
    assert.include(notes.join("\n"), "run.for holds only 5 of 405 requests, those of the first 24 h: a rehearsal")
    assert.deepInclude(
      findings.find(({ path }) => path === "run.for"),
      { sure: "coarse", n: 5 }
    )
  })

  it("becomes a spec that can be rehearsed, with its requests beside it", () => {
    const text = SpecText.render(learnt, ["log:a.csv"])
    const files = new Map(learnt.files.map(({ lines, name }) => [name, [...lines()].join("")]))
    const spec = Result.getOrThrow(Spec.parse(text, { file: "ebb.yaml", readFile: (path) => files.get(path)! }))
    assert.strictEqual(spec.app.revision.maxMultiplexing, 2)
    assert.strictEqual(spec.run.forMs, 3_600_000)
    assert.deepStrictEqual(
      [...(spec.traffic[0]!.arrivals as { timesMs: Float64Array }).timesMs],
      [0, 1000, 2000, 60_000]
    )
    assert.include(text, "setup: 8s # assumed")
    assert.include(text, "max_multiplexing: 2 # measured, log:a.csv, n = 2")
  })
})

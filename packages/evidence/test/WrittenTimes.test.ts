import { learn } from "@ebb/evidence/learn/Learn"
import { sampler } from "@ebb/sim/workload/Distribution"
import * as Random from "@ebb/sim/workload/Random"
import { SharedWork } from "@ebb/sim/world/SharedWork"
import { assert, describe, it } from "vitest"
import { read } from "./Reading.ts"

interface Work {
  readonly runner: number
  readonly startMs: number
  readonly endMs: number
}

const fromMs = Date.UTC(2026, 10, 20, 10)
const draw = (distribution: Parameters<typeof sampler>[0]) => sampler(distribution, () => new Float64Array())

/** Three runners behind a queue, each with so many slots; many requests begin the moment when another ends. */
const queued = (slots: number, perSecond: number): ReadonlyArray<Work> => {
  const random = Random.make(7)
  const service = draw({ lognormal: { p50: "400ms", p99: "1600ms" } })
  const gap = draw({ exponential: { mean: `${1000 / perSecond}ms` } })
  const freeMs = Array.from({ length: 3 * slots }, () => fromMs)
  let atMs = fromMs
  return Array.from({ length: 1200 }, (_, at) => {
    atMs += gap.sample(random, 1, at)
    const slot = freeMs.indexOf(Math.min(...freeMs))
    const startMs = Math.max(atMs, freeMs[slot]!)
    freeMs[slot] = startMs + service.sample(random, 2, at)
    return { runner: slot % 3, startMs, endMs: freeMs[slot]! }
  })
}

/** Three runners without a queue that slow their requests down by that much for each other; on average so long apart. */
const shared = (interference: number, gapMs = 2000 * (1 + interference)): ReadonlyArray<Work> =>
  Array.from({ length: 3 }, (_, runner) => {
    const random = Random.make(11 + runner)
    const service = draw({ lognormal: { p50: "1500ms", p99: "6s" } })
    const gap = draw({ exponential: { mean: `${gapMs}ms` } })
    const work = new SharedWork({ interference, warmUp: null }, fromMs)
    const starts: Array<number> = []
    const done: Array<Work> = []
    const end = (atMs: number): void => {
      work.advance(atMs)
      for (let job = work.takeDone(); job !== null; job = work.takeDone())
        done.push({ runner, startMs: starts[job.slot]!, endMs: atMs })
    }
    let atMs = fromMs
    for (let at = 0; at < 700; at++) {
      atMs += gap.sample(random, 1, at)
      for (let doneMs = work.next(); doneMs <= atMs; doneMs = work.next()) end(doneMs)
      work.add(atMs, { slot: at, epoch: 1, deadlineMs: Infinity }, service.sample(random, 2, at))
      starts.push(atMs)
    }
    for (let doneMs = work.next(); doneMs !== Infinity; doneMs = work.next()) end(doneMs)
    return done
  }).flat()

const seconds = (ms: number, digits: number): string => (ms / 1000).toFixed(digits)

/** How programs write the same work. */
const written = {
  "start + duration, µs": (all: ReadonlyArray<Work>) =>
    columns(
      "started_at,took_s",
      all.map(({ endMs, startMs }) => `${seconds(startMs, 6)},${seconds(endMs - startMs, 6)}`),
      all
    ),
  "start + duration, ms": (all: ReadonlyArray<Work>) =>
    columns(
      "started_at,took_ms",
      all.map(({ endMs, startMs }) => `${seconds(startMs, 3)},${(endMs - startMs).toFixed(0)}`),
      all
    ),
  "start and end, ms": (all: ReadonlyArray<Work>) =>
    columns(
      "sent_at,started_at,ended_at",
      all.map(({ endMs, startMs }) => [startMs, startMs, endMs].map((ms) => seconds(ms, 3)).join(",")),
      all
    ),
  "start and end, whole seconds": (all: ReadonlyArray<Work>) =>
    columns(
      "sent_at,started_at,ended_at",
      all.map(({ endMs, startMs }) => [startMs, startMs, endMs].map((ms) => seconds(ms, 0)).join(",")),
      all
    ),
  "nginx, $msec": (all: ReadonlyArray<Work>) => nginx(all, (endMs) => ` ${seconds(endMs, 3)}`),
  "nginx, whole seconds": (all: ReadonlyArray<Work>) => nginx(all, () => "")
} as const

const columns = (names: string, rows: ReadonlyArray<string>, all: ReadonlyArray<Work>): string =>
  [`${names},status,runner_id`, ...rows.map((row, at) => `${row},200,r${all[at]!.runner}`)].join("\n")

const nginx = (all: ReadonlyArray<Work>, rest: (endMs: number) => string): string =>
  all
    .toSorted((a, b) => a.endMs - b.endMs)
    .map(({ endMs, runner, startMs }) => {
      const time = new Date(endMs).toISOString().slice(11, 19)
      const took = seconds(endMs - startMs, 3)
      return `10.0.0.8 - - [20/Nov/2026:${time} +0000] "POST / HTTP/1.1" 200 5 "-" "py" ${took} ${took} 10.1.0.${runner}:80${rest(endMs)}`
    })
    .join("\n")

const learnt = (text: string) => {
  const { findings, missing } = learn([{ source: "log:a", requests: read(text), findings: [], missing: [], notes: [] }])
  return {
    of: (path: string) => findings.find((finding) => finding.path === path)!,
    missing: (path: string) => missing.find((each) => each.path === path)?.how
  }
}

const exact = ["start + duration, µs", "start + duration, ms", "start and end, ms", "nginx, $msec"] as const
const rough = "nginx, whole seconds"

describe("how many requests a runner has at a time", () => {
  it.each(exact)("is not raised by one that begins when another ends: %s", (way) => {
    for (const [slots, perSecond] of [
      [1, 6],
      [4, 22]
    ] as const) {
      const found = learnt(written[way](queued(slots, perSecond))).of("app.max_multiplexing")
      assert.deepInclude(found, { value: String(slots), sure: "measured" })
    }
  })

  it("is a bound where times are whole seconds, and not told where they show no more than one", () => {
    const four = learnt(written[rough](queued(4, 22))).of("app.max_multiplexing")
    assert.strictEqual(four.sure, "coarse")
    assert.include([2, 3, 4], Number(four.value))
    assert.include(four.note, "at least: times are exact to 1s, and an overlap no longer than that is not counted")
    const one = learnt(written[rough](queued(1, 6)))
    assert.deepInclude(one.of("app.max_multiplexing"), { value: "1", sure: "assumed" })
    assert.include(one.missing("app.max_multiplexing"), "log them to the millisecond ($msec in nginx)")
  })

  it("without runners is not raised either", () => {
    const text = written["start + duration, ms"](queued(1, 6)).replaceAll(/,r\d/gu, ",r").replaceAll("runner_id", "x")
    assert.strictEqual(learnt(text).of("scaling.max_concurrency").value, "3")
  })
})

describe("how requests on a runner slow each other down", () => {
  it.each([0.2, 1])("is learnt from milliseconds, and not told by whole seconds: %d", (interference) => {
    const all = shared(interference)
    for (const way of ["nginx, $msec", "start and end, ms"] as const) {
      const found = learnt(written[way](all)).of("runner.interference")
      const [, around] = /^± (\d+\.\d+):/u.exec(found.note) ?? []
      assert.closeTo(Number(found.value), interference, 1.5 * Number(around))
    }
    for (const way of [rough, "start and end, whole seconds"] as const) {
      const coarse = learnt(written[way](all))
      assert.strictEqual(coarse.of("runner.interference").sure, "assumed")
      assert.include(
        coarse.missing("runner.interference"),
        "times are exact to 1s, too rough to tell which requests met"
      )
    }
  })

  it("is not told where too much comes about within what times are exact to", () => {
    const often = shared(0.02, 100).map((work) => ({ ...work, endMs: Math.floor(work.endMs / 10) * 10 }))
    const found = learnt(nginx(often, (endMs) => ` ${seconds(endMs, 3)}`))
    assert.deepInclude(found.of("app.max_multiplexing"), { sure: "measured" })
    assert.deepInclude(found.of("runner.interference"), { sure: "assumed" })
    assert.include(found.missing("runner.interference"), "too rough to tell which requests met on a runner")
  })

  it("is not told where runners are always full: then every value fits", () => {
    const found = learnt(written["nginx, $msec"](queued(4, 60))).of("runner.interference")
    assert.strictEqual(found.sure, "assumed")
  })

  it("is learnt where a queue fills each slot that gets free", () => {
    const found = learnt(written["nginx, $msec"](queued(4, 22))).of("runner.interference")
    assert.deepInclude(found, { value: "0", sure: "measured" })
  })
})

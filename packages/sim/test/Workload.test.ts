import * as Random from "@ebb/sim/workload/Random"
import * as Simulation from "@ebb/sim/experiment/Simulation"
import * as Workload from "@ebb/sim/workload/Workload"
import { assert, describe, it } from "vitest"
import { confirmMean, confirmQuantile, mean } from "./Sample.ts"
import { specOf } from "./SpecOf.ts"

interface Arrival {
  readonly atMs: number
  readonly source: number
  readonly queued: boolean
  readonly serviceMs: number
  readonly patienceMs: number
  readonly low: boolean
}

const specWith = (traffic: ReadonlyArray<object>, files: Readonly<Record<string, string>> = {}) =>
  specOf({ traffic: traffic.map((source) => ({ kind: "direct", ...source })) }, files)

/** The arrivals before `forMs`, one after another. */
const arrivalsOf = (
  traffic: ReadonlyArray<object>,
  forMs: number,
  { files = {}, seed = 1 }: { readonly files?: Readonly<Record<string, string>>; readonly seed?: number } = {}
): ReadonlyArray<Arrival> => {
  const workload = Workload.open(specWith(traffic, files).traffic, Random.make(seed))
  const found: Array<Arrival> = []
  while (workload.next() && workload.atMs < forMs) {
    const { atMs, low, patienceMs, queued, serviceMs, source } = workload
    found.push({ atMs, low, patienceMs, queued, serviceMs, source })
  }
  return found
}

const hourMs = 3_600_000
const gaps = (times: ReadonlyArray<number>): ReadonlyArray<number> =>
  times.slice(1).map((at, index) => at - times[index]!)
const timesOf = (arrivals: ReadonlyArray<Arrival>): ReadonlyArray<number> => arrivals.map(({ atMs }) => atMs)

/** A count that comes by chance at this expectation, as of a Poisson process. */
const confirmCount = (count: number, expected: number): void =>
  assert.closeTo(count, expected, 4.5 * Math.sqrt(expected))

describe("arrivals", () => {
  it("poisson: independent gaps of exponential length", () => {
    const times = timesOf(arrivalsOf([{ arrivals: { poisson: "2/s" } }], 8 * hourMs))
    confirmCount(times.length, 2 * 8 * 3600)
    const between = gaps(times)
    confirmMean(between, 500, 500)
    for (const p of [0.1, 0.5, 0.9, 0.99]) confirmQuantile(between, p, -500 * Math.log(1 - p))
    assert.closeTo(mean(between.slice(1).map((gap, at) => (gap - 500) * (between[at]! - 500))) / 500 ** 2, 0, 0.02)
  })

  it("poisson: a rate a minute is a sixtieth of one a second", () => {
    const times = timesOf(arrivalsOf([{ arrivals: { poisson: "30/m" } }], 8 * hourMs))
    confirmCount(times.length, 30 * 8 * 60)
  })

  it("bursts: only while they are on, at their rate", () => {
    const bursts = { on: "10s", off: "30s", rate: "4/s" }
    const times = timesOf(arrivalsOf([{ arrivals: { bursts } }], 8 * hourMs))
    confirmCount(times.length, (4 * 8 * 3600) / 4)
    assert.isTrue(times.every((at) => at % 40_000 < 10_000))
    assert.closeTo(mean(times.map((at) => at % 40_000)), 5000, 100)
  })

  it("bursts: of random length, each pause another", () => {
    const bursts = { on: { exponential: { mean: "10s" } }, off: { exponential: { mean: "30s" } }, rate: "20/s" }
    const times = timesOf(arrivalsOf([{ arrivals: { bursts } }], 24 * hourMs))
    const pauses = gaps(times).filter((gap) => gap > 1000)
    // Each of about 2160 bursts brings 200 requests, give or take 200.
    assert.closeTo(times.length, (20 * 24 * 3600) / 4, 4.5 * Math.sqrt(2160) * 245)
    assert.closeTo(mean(pauses), 31_000, 4.5 * (30_000 / Math.sqrt(pauses.length)))
    assert.strictEqual(new Set(pauses).size, pauses.length)
  })

  it("daily: a sine from low to high, with its peak at its hour", () => {
    const days = 40
    const daily = { low: "1/m", high: "9/m", period: "24h", peak_at: "14h" }
    const times = timesOf(arrivalsOf([{ arrivals: { daily } }], days * 24 * hourMs))
    confirmCount(times.length, 5 * 60 * 24 * days)
    for (let hour = 0; hour < 24; hour++) {
      const inHour = times.filter((at) => Math.floor(at / hourMs) % 24 === hour).length
      // The mean of the sine over that hour.
      const angle = (of: number) => ((of - 14) * Math.PI) / 12
      const sine = ((Math.sin(angle(hour + 1)) - Math.sin(angle(hour))) * 12) / Math.PI
      confirmCount(inHour, (5 + 4 * sine) * 60 * days)
    }
  })

  it("daily: nobody comes at night", () => {
    const daily = { low: "0/s", high: "1/s", period: "24h", peak_at: "12h" }
    const times = timesOf(arrivalsOf([{ arrivals: { daily } }], 24 * hourMs))
    confirmCount(times.length, 43_200)
    assert.isBelow(times.filter((at) => at < 600_000).length, 5)
  })

  it("of several sources come in order of time, at one instant in the order of the sources", () => {
    const trace = { arrivals: { trace: { file: "t.csv", timestamp: "t" } } }
    const files = { "t.csv": "t\n0\n5\n5\n9" }
    const arrivals = arrivalsOf([{ arrivals: { poisson: "1/s" } }, trace, trace], 20_000, { files })
    assert.deepStrictEqual(
      timesOf(arrivals),
      timesOf(arrivals).toSorted((a, b) => a - b)
    )
    const traced = arrivals.filter(({ source }) => source > 0)
    assert.deepStrictEqual(
      traced.map(({ atMs, source }) => [atMs, source]),
      [
        [0, 1],
        [0, 2],
        [5000, 1],
        [5000, 1],
        [5000, 2],
        [5000, 2],
        [9000, 1],
        [9000, 2]
      ]
    )
  })
})

describe("a trace of arrivals", () => {
  const source = { kind: "queued", arrivals: { trace: { file: "t.csv", timestamp: "t" } }, service: "1s" }
  const accepted = (csv: string): number => {
    const text = { scaling: { min_concurrency: 5, max_concurrency: 5 }, traffic: [source], rollouts: [] }
    const run = { for: "10m", warmup: "0s", modes: ["none"] }
    return Simulation.run(specOf({ ...text, run }, { "t.csv": csv }), "none", 1).requests.accepted
  }

  it("that is shorter than the run ends", () => assert.strictEqual(accepted("t\n0\n1\n2\n"), 3))

  it("that is longer is cut: what comes at the end itself is not part of the run", () => {
    assert.strictEqual(accepted("t\n100\n699.999\n700\n5000\n"), 2)
  })

  it("brings the service times and tokens of its rows", () => {
    const files = { "t.csv": "t,ms,tokens\n0,1500,10\n1,2500,0\n2,10,1000\n" }
    const { arrivals } = source
    const times = (service: object) =>
      arrivalsOf([{ arrivals, service }], hourMs, { files }).map(({ serviceMs }) => serviceMs)
    assert.deepStrictEqual(times({ column: "ms", unit: "ms" }), [1500, 2500, 10])
    assert.deepStrictEqual(times({ column: "tokens" }), [10_000, 0, 1_000_000])
    assert.deepStrictEqual(times({ tokens: { generated: "tokens", first: "300ms", each: "25ms" } }), [550, 300, 25_300])
    assert.deepStrictEqual(times({ tokens: { generated: 4, first: "300ms", each: "25ms" } }), [400, 400, 400])
  })
})

describe("a request", () => {
  const poisson = { arrivals: { poisson: "5/s" } }

  it("is queued by a draw of its own, in the share given", () => {
    const kinds = arrivalsOf([{ ...poisson, kind: { mixed: { queued: 0.3 } } }], 4 * hourMs).map(({ queued }) => queued)
    const share = kinds.filter((queued) => queued).length / kinds.length
    assert.closeTo(share, 0.3, 4.5 * Math.sqrt(0.21 / kinds.length))
    const after = kinds.filter((_, at) => kinds[at - 1] === true)
    assert.closeTo(after.filter((queued) => queued).length / after.length, 0.3, 4.5 * Math.sqrt(0.21 / after.length))
  })

  it.each([
    ["queued", true],
    ["direct", false],
    [{ mixed: { queued: 1 } }, true],
    [{ mixed: { queued: 0 } }, false]
  ])("of kind %j", (kind, queued) => {
    assert.isTrue(arrivalsOf([{ ...poisson, kind }], hourMs).every((each) => each.queued === queued))
  })

  it("has its tokens, patience and priority", () => {
    const service = { tokens: { generated: { exponential: { mean: 40 } }, first: "300ms", each: "10ms" } }
    const patience = { exponential: { mean: "9s" } }
    const arrivals = arrivalsOf([{ ...poisson, service, patience, priority: "low" }], 2 * hourMs)
    confirmMean(
      arrivals.map(({ serviceMs }) => serviceMs),
      700,
      400
    )
    confirmMean(
      arrivals.map(({ patienceMs }) => patienceMs),
      9000,
      9000
    )
    assert.isTrue(arrivals.every(({ low, serviceMs }) => low && Number.isInteger((serviceMs - 300) / 10)))
  })

  it("comes at the same time whatever else a source is given, and each seed is another story", () => {
    const plain = timesOf(arrivalsOf([poisson], hourMs))
    const other = { ...poisson, kind: { mixed: { queued: 0.5 } }, service: { gamma: { mean: "2s", cv: 2 } } }
    assert.deepStrictEqual(timesOf(arrivalsOf([other], hourMs)), plain)
    const first = arrivalsOf([poisson, other], hourMs).filter(({ source }) => source === 0)
    assert.deepStrictEqual(timesOf(first), plain)
    assert.notDeepEqual(timesOf(arrivalsOf([poisson], hourMs, { seed: 2 })), plain)
  })

  it("is refused by the length of the queue only where it goes into it", () => {
    const crowd = { arrivals: { trace: { file: "t.csv", timestamp: "t" } }, service: "1h" }
    const traffic = [
      { ...crowd, kind: "queued", max_queue_length: 2 },
      { ...crowd, kind: "direct", max_queue_length: 0 }
    ]
    const text = {
      app: { startup_timeout: "2h" },
      scaling: { min_concurrency: 1, max_concurrency: 1 },
      traffic,
      rollouts: [],
      run: { for: "20m", warmup: "0s", modes: ["none"] }
    }
    const spec = specOf(text, { "t.csv": `t\n${"0\n".repeat(10)}` })
    // Three of the ten queued ones wait, the fourth finds more than two; all of the direct ones wait.
    assert.strictEqual(Simulation.run(spec, "none", 1).requests.accepted, 13)
  })
})

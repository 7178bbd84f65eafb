import { sampleOf } from "@ebb/evidence/learn/Sample"
import * as Histogram from "@ebb/evidence/prometheus/Histogram"
import { parse } from "@ebb/evidence/prometheus/Scrape"
import * as ServiceTime from "@ebb/evidence/prometheus/ServiceTime"
import { sampler } from "@ebb/sim/workload/Distribution"
import * as Random from "@ebb/sim/workload/Random"
import { toMs } from "@ebb/text/Duration"
import fc from "fast-check"
import { assert, describe, it } from "vitest"

/** What the clients of Prometheus have where nobody chose. */
const usual = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
const z99 = 2.3263478740408408

const countedIn = (seconds: ReadonlyArray<number>, bounds: ReadonlyArray<number>): Histogram.Histogram => ({
  bounds,
  counts: bounds.map((bound) => seconds.filter((value) => value <= bound).length),
  count: seconds.length,
  sum: seconds.reduce((sum, value) => sum + value, 0)
})

const drawn = (p50: number, p99: number, count = 1000, seed = 1): ReadonlyArray<number> => {
  const model = sampler({ lognormal: { p50: `${p50}ms`, p99: `${p99}ms` } }, () => new Float64Array())
  const random = Random.make(seed)
  return Array.from({ length: count }, (_, at) => model.sample(random, 1, at) / 1000)
}

/** The quantiles and the mean of what is written, in seconds; null where nothing is. */
const writtenOf = (histogram: Histogram.Histogram) => {
  const found = ServiceTime.ofHistogram(histogram)
  if (!("value" in found)) return null
  const [p50, p99] = [...found.value.matchAll(/p\d\d: ([\d.]+m?s)/gu)].map(([, text]) => toMs(text!) / 1000)
  const sigma = Math.log(p99! / p50!) / z99
  return { p50: p50!, p99: p99!, mean: p50! * Math.exp((sigma * sigma) / 2) }
}

const reasonOf = (histogram: Histogram.Histogram): string => {
  const found = ServiceTime.ofHistogram(histogram)
  return "how" in found ? found.how : found.value
}

describe("the time of work that a histogram tells", () => {
  it("is near to what it counted, whose mean it has", () => {
    const found = writtenOf(countedIn(drawn(1400, 6000, 20_000), usual))!
    assert.closeTo(found.p50, 1.4, 0.07)
    assert.closeTo(found.p99, 6, 0.6)
  })

  it("is not there where requests took longer than the largest bucket: nobody knows how long", () => {
    const counts = [0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 75]
    assert.strictEqual(
      reasonOf({ bounds: usual, counts, count: 1000, sum: 28_545.941 }),
      "p50 over 10s, p99 over 10s, mean 28.5s: 93 % took longer than its largest bucket; give it buckets up to the longest requests, or ebb a log"
    )
  })

  it("is not there where the middle is known and the end is not", () => {
    const values = [...Array.from({ length: 950 }, () => 0.4), ...Array.from({ length: 50 }, () => 66)]
    assert.strictEqual(
      reasonOf(countedIn(values, [0.5, 1, 2])),
      "p50 263ms (0ms to 500ms), p99 over 2s, mean 3.68s: 5 % took longer than its largest bucket; give it buckets up to the longest requests, or ebb a log"
    )
  })

  it("is not there where sum and count disagree with the buckets: few requests, but very long ones", () => {
    const values = [...Array.from({ length: 995 }, () => 0.4), ...Array.from({ length: 5 }, () => 600)]
    assert.strictEqual(
      reasonOf(countedIn(values, usual)),
      "p50 376ms (250ms to 500ms), p99 499ms (250ms to 500ms) go with no mean of 3.4s, its _sum over its _count; give ebb a log"
    )
  })

  it("of one bucket has the mean, and a spread as that of values anywhere in the bucket", () => {
    const found = writtenOf({ bounds: [0.5, 1], counts: [100, 100], count: 100, sum: 20 })!
    assert.closeTo(found.mean, 0.2, 0.002)
    assert.isAbove(found.p99, 0.3)
    const same = writtenOf({ bounds: [0.5, 1], counts: [0, 100], count: 100, sum: 100 })!
    assert.deepStrictEqual([same.p50, same.p99], [1, 1])
  })

  it("of a summary is not there: it has no buckets", () => {
    const scrape = (count: number) =>
      parse(`x{quantile="0.5"} 1.5\nx{quantile="0.99"} 4\nx_sum ${2 * count}\nx_count ${count}\n`)
    const found = Histogram.between(
      [100, 300].map((count, at) => ({ atMs: at, samples: scrape(count) })),
      "x"
    )!
    assert.match(reasonOf(found), /^no buckets, only a mean of 2s; give it buckets/u)
  })

  it("is never beyond a finite bucket, and has the mean of sum and count, whatever was counted", () => {
    const some = fc.record({
      p50: fc.integer({ min: 5, max: 20_000 }),
      ratio: fc.double({ min: 1, max: 60, noNaN: true })
    })
    const seconds = fc
      .tuple(some, some, fc.integer({ min: 0, max: 300 }), fc.integer())
      .map(([one, other, count, seed]) => [
        ...drawn(one.p50, Math.ceil(one.p50 * one.ratio), 300, seed >>> 0),
        ...drawn(other.p50, Math.ceil(other.p50 * other.ratio), count, seed >>> 1)
      ])
    fc.assert(
      fc.property(seconds, (values) => {
        const found = writtenOf(countedIn(values, usual))
        if (found === null) return
        const sorted = sampleOf([...values])
        const truth = (share: number) => sorted[Math.ceil(share * values.length) - 1]!
        const bucketOf = (value: number): number => usual.findIndex((bound) => value <= bound)
        for (const [value, share] of [
          [found.p50, 0.5],
          [found.p99, 0.99]
        ] as const) {
          const at = bucketOf(truth(share))
          assert.isAtLeast(at, 0)
          assert.isTrue(value >= (usual[at - 1] ?? 0) && value <= usual[at]!)
        }
        const mean = values.reduce((sum, value) => sum + value, 0) / values.length
        assert.closeTo(found.mean / mean, 1, 0.03)
      }),
      { numRuns: 100 }
    )
  })
})

describe("what a histogram counted between scrapes", () => {
  const scrapes = (...texts: ReadonlyArray<string>) => texts.map((text, at) => ({ atMs: at, samples: parse(text) }))
  const text = (below1: number, all: number, sum: number) =>
    `x_bucket{le="1"} ${below1}\nx_bucket{le="+Inf"} ${all}\nx_sum ${sum}\nx_count ${all}\n`

  it("is all that came since, where any of its counters is smaller than before", () => {
    // Began anew: 90 below 1 s, and 20 above, more in all than the 100 before.
    assert.deepStrictEqual(Histogram.between(scrapes(text(95, 100, 60), text(90, 110, 70)), "x"), {
      bounds: [1],
      counts: [90],
      count: 110,
      sum: 70
    })
  })

  it("is known at the bounds that all of its series have", () => {
    const other = (all: number) =>
      `x_bucket{le="2",pod="b"} ${all}\nx_bucket{le="1",pod="b"} 0\nx_bucket{le="+Inf",pod="b"} ${all}\n`
    const found = Histogram.between(scrapes(text(0, 0, 0) + other(0), text(6, 8, 9) + other(4)), "x")
    assert.deepStrictEqual(found, { bounds: [1], counts: [6], count: 12, sum: null })
  })
})

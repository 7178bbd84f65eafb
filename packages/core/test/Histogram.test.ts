import { Histogram } from "@ebb/core/tables/Histogram"
import fc from "fast-check"
import { assert, describe, it } from "vitest"

const histogramOf = (values: ReadonlyArray<number>): Histogram => {
  const histogram = new Histogram()
  for (const value of values) histogram.record(value)
  return histogram
}

/** The smallest value that so many percent of the values do not exceed. */
const exact = (values: ReadonlyArray<number>, percentile: number): number => {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(1, Math.ceil((percentile * sorted.length) / 100)) - 1]!
}

const microsecondMs = 0.001
/** From less than a microsecond to a hundred days, each size as likely. */
const durations = fc.double({ min: -4, max: 9.9, noNaN: true }).map((exponent) => 10 ** exponent)

describe("a histogram of durations", () => {
  it("has nothing to say of nothing", () => {
    assert.isNull(new Histogram().summary())
  })

  it("has percentiles within 0.1 % or a microsecond of the exact ones", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(durations, fc.constant(0)), { minLength: 1, maxLength: 500 }), (values) => {
        const summary = histogramOf(values).summary()!
        for (const [percentile, found] of [
          [50, summary.p50],
          [90, summary.p90],
          [99, summary.p99]
        ] as const) {
          const expected = exact(values, percentile)
          assert.isAtMost(Math.abs(found - expected), Math.max(expected * 0.001, microsecondMs))
        }
        assert.strictEqual(summary.max, Math.max(...values))
        assert.strictEqual(summary.count, values.length)
      }),
      { seed: 1 }
    )
  })

  it("counts the values of another as if they were its own", () => {
    fc.assert(
      fc.property(fc.array(durations), fc.array(durations), (own, others) => {
        const added = histogramOf(own)
        added.add(histogramOf(others))
        const whole = histogramOf([...own, ...others]).summary()
        const { mean, ...rest } = added.summary() ?? { mean: 0 }
        assert.deepStrictEqual(
          rest,
          whole === null ? {} : { p50: whole.p50, p90: whole.p90, p99: whole.p99, max: whole.max, count: whole.count }
        )
        assert.approximately(mean, whole?.mean ?? 0, (whole?.mean ?? 0) * 1e-9)
      }),
      { seed: 1 }
    )
  })

  it("tells of several together what one that counted all of it tells", () => {
    fc.assert(
      fc.property(fc.array(fc.array(durations), { minLength: 1, maxLength: 4 }), (parts) => {
        const added = new Histogram()
        for (const part of parts) added.add(histogramOf(part))
        assert.deepStrictEqual(Histogram.summaryOfAll(parts.map(histogramOf)), added.summary())
      }),
      { seed: 1 }
    )
  })

  it("says the same once it is sealed", () => {
    const histogram = histogramOf([0.5, 3, 3, 700, 90_000])
    const before = histogram.summary()
    histogram.seal()
    assert.deepStrictEqual(histogram.summary(), before)
    const empty = new Histogram()
    empty.seal()
    assert.isNull(empty.summary())
  })
})

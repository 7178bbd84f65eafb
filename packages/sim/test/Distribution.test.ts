import { type CountDistribution, type Distribution, sampler } from "@ebb/sim/workload/Distribution"
import * as Random from "@ebb/sim/workload/Random"
import { assert, describe, it } from "vitest"
import { confirmMean, confirmQuantile, deviation, mean } from "./Sample.ts"

const count = 60_000

const noFiles = (): Float64Array => {
  throw new Error("no file is needed here")
}

const draws = (distribution: Distribution | CountDistribution, load: () => Float64Array = noFiles): Array<number> => {
  const random = Random.make(11)
  const { sample } = sampler(distribution, load)
  return Array.from({ length: count }, (_, entity) => sample(random, 5, entity))
}

const probabilities = [0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99]

/** Holds the draws to the quantile function of the distribution that they are of. */
const confirmQuantiles = (values: ReadonlyArray<number>, quantile: (probability: number) => number): void => {
  for (const probability of probabilities) confirmQuantile(values, probability, quantile(probability))
}

/** P(X <= x) for X the sum of `stages` exponential times of mean 1 (Erlang). */
const erlang = (stages: number, x: number): number => {
  let [term, sum] = [1, 1]
  for (let k = 1; k < stages; k++) sum += term *= x / k
  return 1 - Math.exp(-x) * sum
}

describe("a distribution in milliseconds", () => {
  it("constant", () => assert.deepStrictEqual([...new Set(draws("2.5s"))], [2500]))

  it("exponential", () => {
    const values = draws({ exponential: { mean: "4s" } })
    confirmQuantiles(values, (p) => -4000 * Math.log(1 - p))
    confirmMean(values, 4000, 4000)
  })

  it("uniform", () => {
    const values = draws({ uniform: { min: "1s", max: "3s" } })
    confirmQuantiles(values, (p) => 1000 + 2000 * p)
    confirmMean(values, 2000, 2000 / Math.sqrt(12))
    assert.isTrue(values.every((value) => value >= 1000 && value < 3000))
  })

  it("lognormal, by its p50 and p99", () => {
    const values = draws({ lognormal: { p50: "4s", p99: "30s" } })
    confirmQuantile(values, 0.5, 4000)
    confirmQuantile(values, 0.99, 30_000)
    // The distribution is symmetric on the logarithmic scale.
    confirmQuantile(values, 0.01, 4000 ** 2 / 30_000)
    const sigma = Math.log(30 / 4) / 2.3263478740408408
    const expected = 4000 * Math.exp(sigma ** 2 / 2)
    confirmMean(values, expected, expected * Math.sqrt(Math.exp(sigma ** 2) - 1))
  })

  it("lognormal without any spread", () => {
    for (const value of draws({ lognormal: { p50: "4s", p99: "4s" } })) assert.strictEqual(value, 4000)
  })

  it.each([0.25, 0.5, 1, 2])("gamma, by its mean and coefficient of variation %d", (cv) => {
    const values = draws({ gamma: { mean: "4s", cv } })
    confirmMean(values, 4000, 4000 * cv)
    assert.closeTo(deviation(values) / mean(values), cv, 0.03 * cv)
  })

  it("gamma is the sum of stages, and of one stage exponential", () => {
    confirmQuantiles(draws({ gamma: { mean: "1s", cv: 1 } }), (p) => -1000 * Math.log(1 - p))
    const four = draws({ gamma: { mean: "4s", cv: 0.5 } })
    for (const seconds of [1, 2, 4, 6, 10]) confirmQuantile(four, erlang(4, seconds), seconds * 1000)
  })

  it("gamma below one stage: the square of a normal value", () => {
    const values = draws({ gamma: { mean: "1s", cv: Math.SQRT2 } })
    // Quantiles of the chi-square distribution with one degree of freedom, from the tables.
    confirmQuantile(values, 0.1, 15.79)
    confirmQuantile(values, 0.5, 454.94)
    confirmQuantile(values, 0.9, 2705.5)
    confirmQuantile(values, 0.99, 6634.9)
  })

  it("pareto", () => {
    const values = draws({ pareto: { min: "2s", shape: 3 } })
    confirmQuantiles(values, (p) => 2000 * (1 - p) ** (-1 / 3))
    confirmMean(values, 3000, 3000 / Math.sqrt(3))
    assert.isTrue(values.every((value) => value >= 2000))
  })

  it("empirical: each value of the file equally often", () => {
    const values = draws({ empirical: { file: "times.csv", column: "t" } }, () => Float64Array.of(100, 200, 200, 900))
    confirmQuantile(values, 0.25, 100)
    confirmQuantile(values, 0.75, 200)
    assert.deepStrictEqual(
      [...new Set(values)].toSorted((a, b) => a - b),
      [100, 200, 900]
    )
  })

  it("of counts, as plain numbers", () => {
    assert.strictEqual(draws(12)[0], 12)
    confirmQuantile(draws({ lognormal: { p50: 20, p99: 300 } }), 0.99, 300)
    confirmMean(draws({ exponential: { mean: 0.5 } }), 0.5, 0.5)
  })
})

it("a draw depends on nothing but its key", () => {
  for (const shape of [{ lognormal: { p50: "4s", p99: "30s" } }, { gamma: { mean: "4s", cv: 2 } }] as const) {
    const { sample } = sampler(shape, noFiles)
    const random = Random.make(3)
    const forth = [1, 2, 3].map((entity) => sample(random, 5, entity))
    const back = [3, 2, 1].map((entity) => sample(random, 5, entity))
    assert.deepStrictEqual(back.toReversed(), forth)
    assert.strictEqual(new Set([...forth, sample(random, 6, 1), sample(Random.make(4), 5, 1)]).size, 5)
  }
})

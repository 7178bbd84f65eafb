import pow from "@stdlib/math-base-special-pow/lib/main.js"
import { Schema } from "effect"
import { Duration, LongerThanNothing, toMs, Unit } from "@ebb/text/Duration"
import { exp, ln } from "./Elementary.ts"
import type { Random } from "./Random.ts"

/** Shapes beyond these are slips: draws of them are 0, endless or nothing but one value. */
const shapeNumber = Schema.Finite.check(Schema.isBetween({ minimum: 0.001, maximum: 1000 })).annotate({
  description: "a number from 0.001 to 1000"
})

const countsMost = 1e12
const positiveCount = Schema.Finite.check(Schema.isGreaterThan(0), Schema.isLessThanOrEqualTo(countsMost)).annotate({
  description: `a number greater than 0 and at most ${countsMost}`
})

const ordered = (low: string, high: string) => (pair: Record<string, string | number>) =>
  valueOf(pair[low]!) <= valueOf(pair[high]!) ||
  `must have ${high} at least ${low}, got ${pair[high]} below ${pair[low]}`

/** The named distributions, their values of that form; `Positive`: more than nothing. */
const shapesOf = <Value extends Schema.Codec<string> | Schema.Codec<number>, Sample extends Schema.Struct.Fields>(
  Value: Value,
  Positive: Value,
  sample: Sample
) =>
  [
    Schema.Struct({ exponential: Schema.Struct({ mean: Value }) }),
    Schema.Struct({
      uniform: Schema.Struct({ min: Value, max: Value }).check(Schema.makeFilter(ordered("min", "max")))
    }),
    Schema.Struct({
      lognormal: Schema.Struct({ p50: Positive, p99: Positive }).check(Schema.makeFilter(ordered("p50", "p99")))
    }),
    Schema.Struct({ gamma: Schema.Struct({ mean: Value, cv: shapeNumber }) }),
    Schema.Struct({ pareto: Schema.Struct({ min: Value, shape: shapeNumber }) }),
    Schema.Struct({ empirical: Schema.Struct(sample) })
  ] as const

const aSample = { file: Schema.String, column: Schema.String }
const theNames = "one of exponential, uniform, lognormal, gamma, pareto, empirical"

/** A value that is drawn: a constant, or one of the named distributions; durations as text. */
export const Distribution = Schema.Union([
  Duration,
  ...shapesOf(Duration, LongerThanNothing, { ...aSample, unit: Schema.optionalKey(Unit) })
]).annotate({ description: `a duration such as 4s, or ${theNames}` })
export type Distribution = typeof Distribution.Type

const Count = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: countsMost })).annotate({
  description: `a number from 0 to ${countsMost}`
})

/** As a Distribution, of plain numbers. */
export const CountDistribution = Schema.Union([Count, ...shapesOf(Count, positiveCount, aSample)]).annotate({
  description: `a number, or ${theNames}`
})
export type CountDistribution = typeof CountDistribution.Type

/** Draws a value; the same (random, stream, entity) gives the same value. Durations in milliseconds. */
export interface Sampler {
  readonly sample: (random: Random, stream: number, entity: number) => number
  /** The values of so many entities, one after the other: in a loop of its own a draw takes 19 ns, not 31. */
  readonly fill?: (random: Random, stream: number, from: number, into: Float64Array, at: number, count: number) => void
}

/** Standard normal quantile of 0.99. */
const z99 = 2.3263478740408408

const constant = (value: number): Sampler => ({ sample: () => value })

export const exponential = (mean: number): Sampler => ({
  sample: (random, stream, entity) => -mean * ln(random.uniform(stream, entity, 0)),
  fill: (random, stream, from, into, at, count) => {
    for (let n = 0; n < count; n++) into[at + n] = -mean * ln(random.uniform(stream, from + n, 0))
  }
})

const uniform = (min: number, max: number): Sampler => ({
  sample: (random, stream, entity) => min + (max - min) * random.uniform(stream, entity, 0)
})

const lognormal = (p50: number, p99: number): Sampler => {
  const sigma = ln(p99 / p50) / z99
  return { sample: (random, stream, entity) => p50 * exp(sigma * normal(random, stream, entity, 0)) }
}

/** A standard normal value by the polar method of Marsaglia; draws from `index` on. */
const normal = (random: Random, stream: number, entity: number, index: number): number => {
  for (let at = index; ; at += 2) {
    const x = 2 * random.uniform(stream, entity, at) - 1
    const y = 2 * random.uniform(stream, entity, at + 1) - 1
    const square = x * x + y * y
    if (square > 0 && square < 1) return x * Math.sqrt((-2 * ln(square)) / square)
  }
}

/** Gamma values by Marsaglia and Tsang, "A simple method for generating gamma variables" (2000). */
const gamma = (mean: number, cv: number): Sampler => {
  const shape = 1 / (cv * cv)
  const scale = mean / shape
  const d = (shape < 1 ? shape + 1 : shape) - 1 / 3
  const c = 1 / Math.sqrt(9 * d)
  const boost = (random: Random, stream: number, entity: number) =>
    shape < 1 ? pow(random.uniform(stream, entity, 1), 1 / shape) : 1
  return {
    sample: (random, stream, entity) => scale * tsang(random, stream, entity, d, c) * boost(random, stream, entity)
  }
}

const drawsPerTry = 64

const tsang = (random: Random, stream: number, entity: number, d: number, c: number): number => {
  for (let at = drawsPerTry; ; at += drawsPerTry) {
    const x = normal(random, stream, entity, at + 2)
    const cube = 1 + c * x
    if (cube <= 0) continue
    const v = cube * cube * cube
    if (ln(random.uniform(stream, entity, at)) < 0.5 * x * x + d - d * v + d * ln(v)) return d * v
  }
}

const pareto = (min: number, shape: number): Sampler => ({
  sample: (random, stream, entity) => min * pow(random.uniform(stream, entity, 0), -1 / shape)
})

const empirical = (values: Float64Array): Sampler => ({
  sample: (random, stream, entity) => values[Math.floor(random.uniform(stream, entity, 0) * values.length)]!
})

/** Loads the values of an empirical distribution, in milliseconds. */
export type LoadValues = (of: { readonly file: string; readonly column: string; readonly unit?: Unit }) => Float64Array

const valueOf = (value: string | number): number => (typeof value === "number" ? value : toMs(value))

/** What draws from a distribution. */
export const sampler = (distribution: Distribution | CountDistribution, load: LoadValues): Sampler => {
  if (typeof distribution !== "object") return constant(valueOf(distribution))
  if ("exponential" in distribution) return exponential(valueOf(distribution.exponential.mean))
  if ("uniform" in distribution) return uniform(valueOf(distribution.uniform.min), valueOf(distribution.uniform.max))
  if ("lognormal" in distribution) {
    return lognormal(valueOf(distribution.lognormal.p50), valueOf(distribution.lognormal.p99))
  }
  if ("gamma" in distribution) return gamma(valueOf(distribution.gamma.mean), distribution.gamma.cv)
  if ("pareto" in distribution) return pareto(valueOf(distribution.pareto.min), distribution.pareto.shape)
  return empirical(load(distribution.empirical))
}

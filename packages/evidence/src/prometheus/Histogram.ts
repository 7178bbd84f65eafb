import type { MetricSample } from "./Scrape.ts"
import type { Scrape } from "./Scrapes.ts"

/** How often something took at most so long. */
export interface Histogram {
  /** Finite bounds in rising order, and how many observations fell below each. */
  readonly bounds: ReadonlyArray<number>
  readonly counts: ReadonlyArray<number>
  /** All observations, and what they add up to; null where nobody says. */
  readonly count: number
  readonly sum: number | null
}

/** What a histogram has of one set of labels: counts by bound, all of them at Infinity, and their sum. */
type Values = ReadonlyMap<number | "sum", number>

const keyOf = (name: string, isGauge: boolean, sample: MetricSample): number | "sum" | null => {
  if (sample.name === `${name}_sum`) return "sum"
  if (sample.name === `${name}_count`) return Infinity
  const bound = sample.labels["le"]
  if (sample.name !== (isGauge ? name : `${name}_bucket`) || bound === undefined) return null
  return bound === "+Inf" ? Infinity : Number(bound)
}

/** The values of each set of labels, in order of the scrapes. */
const valuesIn = (scrapes: ReadonlyArray<Scrape>, name: string, isGauge: boolean): Iterable<ReadonlyArray<Values>> => {
  const all = new Map<string, Array<Values>>()
  for (const { samples } of scrapes) {
    const ofScrape = new Map<string, Map<number | "sum", number>>()
    for (const sample of samples) {
      const key = keyOf(name, isGauge, sample)
      if (key === null || Number.isNaN(key)) continue
      const { le: _, ...labels } = sample.labels
      const series = JSON.stringify(Object.entries(labels).sort())
      const values = ofScrape.get(series) ?? new Map<number | "sum", number>()
      ofScrape.set(series, values.set(key, sample.value))
    }
    for (const [series, values] of ofScrape) all.set(series, [...(all.get(series) ?? []), values])
  }
  return all.values()
}

const added = (all: ReadonlyArray<Values>): Values => {
  const keys = [...new Set(all.flatMap((values) => [...values.keys()]))]
  return new Map(keys.map((key) => [key, all.reduce((sum, values) => sum + (values.get(key) ?? 0), 0)]))
}

/** What a histogram grew by. If any of its counters is smaller than before, all of them began anew. */
const growth = (all: ReadonlyArray<Values>): Values =>
  added(
    all.slice(1).map((values, index) => {
      const before = all[index]!
      const isReset = [...values].some(([key, value]) => value < (before.get(key) ?? 0))
      return isReset ? values : new Map([...values].map(([key, value]) => [key, value - (before.get(key) ?? 0)]))
    })
  )

/**
 * What a histogram counted between scrapes, over all labels; of bounds those that all labels have. `isGauge`: counts of
 * the last minute, which add up as they are. Null where it counted nothing, or does not say how much in all.
 */
export const between = (scrapes: ReadonlyArray<Scrape>, name: string, isGauge = false): Histogram | null => {
  const all = [...valuesIn(scrapes, name, isGauge)].map(isGauge ? added : growth)
  const parts = all.filter((values) => values.get(Infinity) !== 0)
  const whole = added(parts)
  const isInAll = (key: number | "sum"): boolean => parts.every((values) => values.has(key))
  const count = whole.get(Infinity) ?? 0
  if (!(count > 0) || !isInAll(Infinity)) return null
  const bounds = [...whole.keys()].filter(
    (key) => typeof key === "number" && key !== Infinity && isInAll(key)
  ) as Array<number>
  bounds.sort((a, b) => a - b)
  const sum = whole.get("sum") ?? NaN
  return {
    bounds,
    counts: bounds.map((bound) => whole.get(bound)!),
    count,
    sum: isInAll("sum") && Number.isFinite(sum) ? sum : null
  }
}

/** Where a quantile lies: within a bucket, or beyond the largest, in which case nothing is known but that. */
export interface Quantile {
  readonly low: number
  readonly high: number
  /** By interpolation within the bucket; null beyond the largest. */
  readonly value: number | null
}

/** A quantile, as uncertain as its bucket is wide. */
export const quantile = ({ bounds, count, counts }: Histogram, share: number): Quantile => {
  const rank = share * count
  const at = counts.findIndex((below) => below >= rank)
  if (at < 0) return { low: bounds.at(-1) ?? 0, high: Infinity, value: null }
  const [low, high] = [bounds[at - 1] ?? 0, bounds[at]!]
  const before = counts[at - 1] ?? 0
  const within = counts[at]! - before
  return { low, high, value: within === 0 ? high : low + ((high - low) * (rank - before)) / within }
}

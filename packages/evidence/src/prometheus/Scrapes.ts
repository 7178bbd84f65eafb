import type { MetricSample } from "./Scrape.ts"

/** One scrape and when it was made. */
export interface Scrape {
  readonly atMs: number
  readonly samples: ReadonlyArray<MetricSample>
}

const keyOf = ({ labels, name }: MetricSample): string => `${name}${JSON.stringify(Object.entries(labels).sort())}`

/** What a counter grew by from scrape to scrape; one that is smaller than before began anew. */
const growth = (values: ReadonlyArray<number>): number =>
  values.slice(1).reduce((sum, value, at) => sum + (value < values[at]! ? value : value - values[at]!), 0)

const series = (
  scrapes: ReadonlyArray<Scrape>,
  name: string
): ReadonlyArray<{ readonly labels: MetricSample["labels"]; readonly values: ReadonlyArray<number> }> => {
  const found = new Map<string, { labels: MetricSample["labels"]; values: Array<number> }>()
  for (const sample of scrapes.flatMap(({ samples }) => samples.filter((each) => each.name === name))) {
    const key = keyOf(sample)
    const there = found.get(key) ?? { labels: sample.labels, values: [] }
    there.values.push(sample.value)
    found.set(key, there)
  }
  return [...found.values()]
}

/** What all series of a counter grew by; null where there is none. */
export const grown = (scrapes: ReadonlyArray<Scrape>, name: string): number | null => {
  const all = series(scrapes, name)
  return all.length === 0 ? null : all.reduce((sum, { values }) => sum + growth(values), 0)
}

/** Whether the scrapes say that it only ever grows. */
export const isCounter = (scrapes: ReadonlyArray<Scrape>, metric: string): boolean =>
  scrapes.some(({ samples }) => samples.some((sample) => sample.name === metric && sample.isCounter))

/** The largest value of a gauge in any scrape and series; null where there is none. */
export const largest = (scrapes: ReadonlyArray<Scrape>, name: string): number | null => {
  const values = series(scrapes, name).flatMap((each) => each.values)
  return values.length === 0 ? null : Math.max(...values)
}

/** The largest sum of a gauge over its series in one scrape, and the smallest; null where there is none. */
export const sums = (
  scrapes: ReadonlyArray<Scrape>,
  name: string,
  keep: (labels: MetricSample["labels"]) => boolean = () => true
): { readonly least: number; readonly most: number } | null => {
  const all = scrapes.flatMap(({ samples }) => {
    const own = samples.filter((sample) => sample.name === name && keep(sample.labels))
    return own.length === 0 ? [] : [own.reduce((sum, { value }) => sum + value, 0)]
  })
  return all.length === 0 ? null : { least: Math.min(...all), most: Math.max(...all) }
}

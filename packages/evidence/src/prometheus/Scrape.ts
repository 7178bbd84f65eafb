import { RowError, shown } from "@ebb/rows/RowError"

/** One sample of a scrape. */
export interface MetricSample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
  /** Milliseconds since 1970; null where the sample does not say. */
  readonly atMs: number | null
}

const line = /^([a-zA-Z_:][\w:]*)\s*(?:\{(.*)\})?\s+(\S+)(?:\s+(-?\d+))?\s*$/u
const label = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/gu

const valueOf = (text: string): number => {
  if (/^[+]?Inf$/iu.test(text)) return Infinity
  return /^-Inf$/iu.test(text) ? -Infinity : Number(text)
}

/** Reads the Prometheus text format. */
export const parse = (text: string): ReadonlyArray<MetricSample> =>
  text.split(/\r?\n/u).flatMap((row, index) => {
    if (row.trim() === "" || row.startsWith("#")) return []
    const [, name, labels = "", value, at] = line.exec(row) ?? []
    const number = valueOf(value ?? "")
    if (name === undefined || (Number.isNaN(number) && value !== "NaN")) {
      throw new RowError(index + 1, `is no line of the Prometheus text format: ${shown(row)}`)
    }
    const pairs = [...labels.matchAll(label)].map(([, key, text]) => [key!, text!.replaceAll(/\\(.)/gu, "$1")] as const)
    return [{ name, labels: Object.fromEntries(pairs), value: number, atMs: at === undefined ? null : Number(at) }]
  })

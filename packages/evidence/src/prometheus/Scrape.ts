import { RowError, shown } from "@ebb/rows/RowError"

/** One sample of a scrape. */
export interface MetricSample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
  /** Milliseconds since 1970; null where the sample does not say. */
  readonly atMs: number | null
  /** Whether a comment says that it only ever grows. */
  readonly isCounter: boolean
}

const line = /^([a-zA-Z_:][\w:]*)\s*(?:\{(.*)\})?\s+(\S+)(?:\s+(-?\d+))?\s*$/u
const type = /^#\s*TYPE\s+(\S+)\s+(\S+)/u
const label = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/gu

const valueOf = (text: string): number => {
  if (/^[+]?Inf$/iu.test(text)) return Infinity
  return /^-Inf$/iu.test(text) ? -Infinity : Number(text)
}

/** Reads the Prometheus text format. */
export const parse = (text: string): ReadonlyArray<MetricSample> => {
  const types = new Map<string, string>()
  const rows = text.split(/\r?\n/u).map((row) => row.trim())
  return rows.flatMap((row, index) => {
    const [, typed, what] = type.exec(row) ?? []
    if (typed !== undefined) types.set(typed, what!)
    if (row === "" || row.startsWith("#")) return []
    const [, name, labels = "", value, at] = line.exec(row) ?? []
    const number = valueOf(value ?? "")
    if (name === undefined || (Number.isNaN(number) && value !== "NaN")) {
      throw new RowError(index + 1, `is no line of the Prometheus text format: ${shown(row)}`)
    }
    const pairs = [...labels.matchAll(label)].map(([, key, text]) => [key!, text!.replaceAll(/\\(.)/gu, "$1")] as const)
    const [atMs, isCounter] = [at === undefined ? null : Number(at), types.get(name) === "counter"]
    return [{ name, labels: Object.fromEntries(pairs), value: number, atMs, isCounter }]
  })
}

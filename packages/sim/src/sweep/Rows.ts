import { type Estimate, estimate } from "../measure/Statistics.ts"
import type { Mode } from "../spec/SpecSchema.ts"
import type { Point } from "./Grid.ts"
import { swept, type TrialResult } from "./Trial.ts"
import type { Vary } from "./Vary.ts"

/** One row of a sweep: one seed, or all of them. */
export interface Row {
  readonly point: Point
  readonly mode: Mode
  readonly seed: number | "all"
  /** What the row is of, rules and spec included, as a short hash. */
  readonly trial: string
  /** A number for each column of measures. */
  readonly numbers: ReadonlyArray<number | null>
}

/** A measure in the columns of a sweep: its value; over all seeds its mean, and for the headlines the interval. */
const numberColumns = swept.flatMap(({ isHeadline, path }) =>
  isHeadline === true ? [path, `${path}.low`, `${path}.high`] : [path]
)

/** The columns of a sweep in their order. */
export const columns = (varied: ReadonlyArray<Vary>): ReadonlyArray<string> => [
  ...varied.map(({ path }) => path),
  "mode",
  "seed",
  ...numberColumns,
  "trial"
]

/** What one mode and seed gave as the numbers of a row. */
export const numbersOfSeed = (values: TrialResult[number]): Row["numbers"] =>
  swept.flatMap(({ isHeadline }, at) => (isHeadline === true ? [values[at]!, null, null] : [values[at]!]))

/** What the numbers of a row were made of. */
export const valuesOf = (numbers: Row["numbers"]): TrialResult[number] => {
  let at = 0
  return swept.map(({ isHeadline }) => {
    const value = numbers[at] ?? null
    at += isHeadline === true ? 3 : 1
    return value
  })
}

/** A measure over the seeds of one mode, in the order of the measures. */
export const estimates = (seeds: ReadonlyArray<TrialResult[number]>): ReadonlyArray<Estimate | null> =>
  swept.map((_, at) => estimate(seeds.map((values) => values[at])))

/** The same as the numbers of a row. */
export const numbersOfAll = (all: ReadonlyArray<Estimate | null>): Row["numbers"] =>
  swept.flatMap(({ isHeadline }, at) => {
    const { high = null, low = null, mean = null } = all[at] ?? {}
    return isHeadline === true ? [mean, low, high] : [mean]
  })

/** How rows stand in a file. */
export interface RowFormat {
  /** The first line; null for none. */
  readonly header: (varied: ReadonlyArray<Vary>) => string | null
  readonly line: (varied: ReadonlyArray<Vary>, row: Row) => string
  /** The numbers of a line that is of this row, but for its numbers; null for another one. */
  readonly numbers: (varied: ReadonlyArray<Vary>, row: Row, line: string) => Row["numbers"] | null
  /** How every line of this row begins, whatever its numbers. */
  readonly lead: (varied: ReadonlyArray<Vary>, row: Row) => string
}

const quoted = (text: string): string => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)

const csvLead = ({ mode, point, seed }: Row): string => `${[...point, mode, String(seed)].map(quoted).join(",")},`

/** Comma-separated values under a header. */
const csv: RowFormat = {
  header: (varied) => columns(varied).map(quoted).join(","),
  lead: (_varied, row) => csvLead(row),
  line: (_varied, row) => `${csvLead(row)}${row.numbers.map((value) => value ?? "").join(",")},${row.trial}`,
  numbers: (_varied, row, line) => {
    const [lead, end] = [csvLead(row), `,${row.trial}`]
    if (!line.startsWith(lead) || !line.endsWith(end)) return null
    const cells = line.slice(lead.length, -end.length).split(",")
    const numbers = cells.map((cell) => (cell === "" ? null : Number(cell)))
    return numbers.length === numberColumns.length && !numbers.some(Number.isNaN) ? numbers : null
  }
}

const leadFields = (varied: ReadonlyArray<Vary>, { mode, point, seed }: Row) => ({
  ...Object.fromEntries(varied.map(({ path }, at) => [path, point[at]])),
  mode,
  seed
})

const fieldsOf = (varied: ReadonlyArray<Vary>, row: Row) => ({
  ...leadFields(varied, row),
  ...Object.fromEntries(numberColumns.map((column, at) => [column, row.numbers[at] ?? null])),
  trial: row.trial
})

const parsed = (line: string): Record<string, unknown> | null => {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null
  } catch {
    return null
  }
}

/** One JSON object a line. */
const jsonLines: RowFormat = {
  header: () => null,
  lead: (varied, row) => `${JSON.stringify(leadFields(varied, row)).slice(0, -1)},`,
  line: (varied, row) => JSON.stringify(fieldsOf(varied, row)),
  numbers: (varied, row, line) => {
    const fields = parsed(line)
    if (fields === null) return null
    const numbers = numberColumns.map((column) => fields[column])
    if (!numbers.every((value): value is number | null => typeof value === "number" || value === null)) return null
    return jsonLines.line(varied, { ...row, numbers }) === line ? numbers : null
  }
}

/** The format of a file by its name: JSON Lines where it ends in .jsonl or .ndjson, else CSV. */
export const formatOf = (file: string): RowFormat => (/\.(?:jsonl|ndjson)$/i.test(file) ? jsonLines : csv)

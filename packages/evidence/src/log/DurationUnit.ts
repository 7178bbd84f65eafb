import * as Format from "@ebb/text/Format"

export type DurationUnit = "ns" | "us" | "ms" | "s"

const msOf = { ns: 1e-6, us: 1e-3, ms: 1, s: 1000 } as const

export const msPerUnit = (unit: DurationUnit): number => msOf[unit]

const medianOf = (values: ReadonlyArray<number>): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN

const areWhole = (values: ReadonlyArray<number>): boolean => values.every((value) => Number.isInteger(value))

/** The unit of bare durations by their spread. */
export const guess = (values: ReadonlyArray<number>): DurationUnit => {
  const middle = medianOf(values)
  if (!areWhole(values)) return middle < 600 ? "s" : "ms"
  if (middle >= 1e8) return "ns"
  if (middle >= 2e5) return "us"
  return middle >= 20 ? "ms" : "s"
}

const larger: Readonly<Record<DurationUnit, DurationUnit | null>> = { ns: "us", us: "ms", ms: "s", s: null }
const smaller: Readonly<Record<DurationUnit, DurationUnit | null>> = { ns: null, us: "ns", ms: "us", s: "ms" }

const least = { ns: 10_000, us: 50, ms: 0.5, s: 0 } as const
const most = { ns: Infinity, us: 6e8, ms: 3.6e6, s: 21_600 } as const

/** The unit that values more likely count, a thousand times off the one they are said to; null where it is plausible. */
const suspect = (values: ReadonlyArray<number>, unit: DurationUnit, isCertain: boolean): DurationUnit | null => {
  const middle = medianOf(values)
  if (middle > most[unit] || (unit === "s" && areWhole(values) && middle >= 100)) return smaller[unit]
  return !isCertain && middle > 0 && middle < least[unit] ? larger[unit] : null
}

/**
 * What to ask when durations are a thousand times off what they can be; null where they are not. `isCertain`: the format
 * says its unit, so that small values are only fast answers.
 */
export const doubt = (values: ReadonlyArray<number>, unit: DurationUnit, isCertain: boolean): string | null => {
  const other = suspect(values, unit, isCertain)
  if (other === null) return null
  const shown = Format.duration(medianOf(values) * msPerUnit(unit))
  const whole = areWhole(values) ? ", and all are whole numbers" : ""
  return `read as ${unit}, its durations have a median of ${shown}${whole}: are they ${other}? Say --unit ${other}, or --unit ${unit} if they are right`
}

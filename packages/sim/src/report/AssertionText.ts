import * as Format from "@ebb/text/Format"
import type { Unit } from "../measure/Measures.ts"
import { partAt, quantityAt } from "./Quantity.ts"
import type { Checked } from "./RehearsalReport.ts"

const secondMs = 1000

const number = (value: number): string => String(+value.toPrecision(4))

const writings: Readonly<Record<Unit, (value: number) => string>> = {
  count: number,
  ms: Format.duration,
  s: (value) => Format.duration(value * secondMs),
  money: (value) => value.toFixed(2)
}

/** How what stands at a path is written. */
const writing = (path: string): ((value: number) => string) => writings[quantityAt(path.split(".").slice(1)) ?? "count"]

const pathOf = ({ text }: Checked): string => /^\s*([\w.-]+)/.exec(text)?.[1] ?? ""

/** The part of an estimate that an assertion is of; null for the whole. */
const partOf = (checked: Checked): string | null => partAt(pathOf(checked).split(".").slice(1))

/** What was compared, where that is not the mean: the mean alone would not tell why it holds or fails. */
const partText = (checked: Checked, part: string | null): string => {
  const { actual, value } = checked
  if (part === null || value === undefined || value === actual?.mean) return ""
  return `${part} ${value === null ? Format.none : writing(pathOf(checked))(value)}, `
}

/** Why it fails whatever the value, else the measure that was checked with its interval, in the units of the tables. */
export const reason = (checked: Checked): string => {
  const { actual, because } = checked
  if (because !== null) return because
  if (actual === null) return "it has no value in any run"
  const { high, low, mean, n } = actual
  const part = partOf(checked)
  const write = writing(part === null ? pathOf(checked) : pathOf(checked).slice(0, -part.length - 1))
  const interval = low === high ? "" : ` (${write(low)} to ${write(high)})`
  return `${partText(checked, part)}mean ${write(mean)}${interval}, ${Format.counted(n, "seed")}`
}

/** A check and the interval of its measure. */
export const line = (checked: Checked): string => `${checked.text}: ${reason(checked)}`

import * as Format from "@ebb/text/Format"
import type { Unit } from "../measure/Measures.ts"
import { quantityAt } from "./Quantity.ts"
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

/** Why it fails whatever the value, else the measure that was checked with its interval, in the units of the tables. */
export const reason = (checked: Checked): string => {
  const { actual, because } = checked
  if (because !== null) return because
  if (actual === null) return "it has no value in any run"
  const { high, low, mean, n } = actual
  const write = writing(pathOf(checked))
  const interval = low === high ? "" : ` (${write(low)} to ${write(high)})`
  return `mean ${write(mean)}${interval}, ${Format.counted(n, "seed")}`
}

/** A check and the interval of its measure. */
export const line = (checked: Checked): string => `${checked.text}: ${reason(checked)}`

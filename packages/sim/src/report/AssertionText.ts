import * as Format from "@ebb/text/Format"
import type { Checked } from "./RehearsalReport.ts"

const secondMs = 1000

/** How a measure is written, by the unit in its name. */
const writing = (path: string): ((value: number) => string) => {
  if (/Ms(\.|$)/.test(path)) return Format.duration
  if (/runnerSeconds(\.|$)/.test(path)) return (value) => Format.duration(value * secondMs)
  if (/cost(\.|$)/.test(path)) return (value) => value.toFixed(2)
  return (value) => String(+value.toPrecision(4))
}

const isNeverNegative = (path: string): boolean => /(Ms|runnerSeconds|cost)(\.|$)/.test(path)

const pathOf = ({ text }: Checked): string => /^\s*([\w.-]+)/.exec(text)?.[1] ?? ""

/** Why it fails whatever the value, else the measure that was checked with its interval, in the units of the tables. */
export const reason = (checked: Checked): string => {
  const { actual, because } = checked
  if (because !== null) return because
  if (actual === null) return "it has no value in any run"
  const { high, low, mean, n } = actual
  const write = writing(pathOf(checked))
  // Of few seeds an interval may reach below what a time or a price can be.
  const least = mean >= 0 && isNeverNegative(pathOf(checked)) ? Math.max(0, low) : low
  const interval = low === high ? "" : ` (${write(least)} to ${write(high)})`
  return `mean ${write(mean)}${interval}, ${Format.counted(n, "seed")}`
}

/** A check and the interval of its measure. */
export const line = (checked: Checked): string => `${checked.text}: ${reason(checked)}`

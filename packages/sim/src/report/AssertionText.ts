import type { Checked } from "./RehearsalReport.ts"

const number = (value: number): string => String(+value.toPrecision(6))

/** Why it fails whatever the value, else the measure that was checked with its interval. */
export const reason = ({ actual, because }: Checked): string => {
  if (because !== null) return because
  if (actual === null) return "it has no value in any run"
  const { high, low, mean, n } = actual
  return `mean ${number(mean)}, 95 % from ${number(low)} to ${number(high)}, ${n} ${n === 1 ? "seed" : "seeds"}`
}

/** A check and the interval of its measure. */
export const line = (checked: Checked): string => `${checked.text} (${reason(checked)})`

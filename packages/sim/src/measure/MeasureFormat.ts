import * as Format from "@ebb/text/Format"
import type { Unit } from "./Measures.ts"

const msPerSecond = 1000

const inMs = ({ high, low, mean, n }: Format.Measured): Format.Measured => ({
  mean: mean * msPerSecond,
  low: low * msPerSecond,
  high: high * msPerSecond,
  n
})

const formats: Readonly<Record<Unit, (value: Format.Measured, currency: string) => string>> = {
  count: Format.count,
  ms: Format.durationOf,
  s: (value) => Format.durationOf(inMs(value)),
  money: Format.moneyOf
}

/** A measured value as people read it in its unit; money in `currency`. */
export const format = (unit: Unit, value: Format.Measured, currency: string): string => formats[unit](value, currency)

import { Schema } from "effect"

const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const
export type Unit = keyof typeof unitMs

const pattern = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/

/** A duration as people write it: `250ms`, `4s`, `5m`, `2h`. */
export const Duration = Schema.String.check(
  Schema.makeFilter((text) => pattern.test(text) || `must be a duration such as 250ms, 4s, 5m or 2h, got ${text}`)
)

/** A duration of whole seconds: settings of the platform have no fractions. */
export const WholeSeconds = Schema.String.check(
  Schema.makeFilter((text) => {
    if (!pattern.test(text)) return `must be a duration such as 4s, 5m or 2h, got ${text}`
    return toMs(text) % 1000 === 0 || `must be whole seconds, as on the platform, got ${text}`
  })
)

/** Milliseconds of a duration that was checked. */
export const toMs = (text: string): number => {
  const [, amount, unit] = pattern.exec(text)!
  return Number(amount) * unitMs[unit as Unit]
}

/** A unit of time for bare numbers. */
export const Unit = Schema.Literals(["ms", "s", "m", "h"])

/** How many milliseconds a unit has. */
export const msPer = (unit: Unit): number => unitMs[unit]

const ratePattern = /^(\d+(?:\.\d+)?)\/(s|m|h)$/

/** A rate as people write it: `2/s`, `30/m`. */
export const Rate = Schema.String.check(
  Schema.makeFilter((text) => {
    if (!ratePattern.test(text)) return `must be a rate such as 2/s or 30/m, got ${text}`
    return toPerMs(text) > 0 || `must be more than 0, got ${text}`
  })
)

/** Events per millisecond of a rate that was checked. */
export const toPerMs = (text: string): number => {
  const [, amount, unit] = ratePattern.exec(text)!
  return Number(amount) / unitMs[unit as Unit]
}

import { msPer, type Unit } from "@ebb/text/Duration"

/** Four digits say enough, and none of them is an exponent. */
const digits = (value: number): string => String(+value.toPrecision(4))

const ratePattern = /^(\d+(?:\.\d+)?)\/(s|m|h)$/

/** A rate such as `4/s`, that many times as fast; anything else as it is. */
export const rate = (text: string, factor: number): string => {
  const [, amount, unit] = ratePattern.exec(text) ?? []
  return amount === undefined ? text : `${digits(Number(amount) * factor)}/${unit}`
}

/** Events per second of a rate; 0 for anything else. */
export const perSecond = (text: unknown): number => {
  const [, amount, unit] = ratePattern.exec(String(text)) ?? []
  return amount === undefined ? 0 : (Number(amount) * 1000) / msPer(unit as Unit)
}

const durationPattern = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/

const inMs = (text: string): number | null => {
  const [, amount, unit] = durationPattern.exec(text) ?? []
  return amount === undefined ? null : Number(amount) * msPer(unit as Unit)
}

/** A duration as a spec has it: whole seconds where it is that, else milliseconds. */
export const duration = (ms: number): string => {
  const whole = ms < 1000 ? Math.round(ms * 10) / 10 : Math.round(ms)
  return whole % 1000 === 0 ? `${whole / 1000}s` : `${whole}ms`
}

/** A distribution of times, each of its durations that many times as long; shapes stay. */
export const times = (distribution: unknown, factor: number): unknown => {
  if (typeof distribution === "string") {
    const ms = inMs(distribution)
    return ms === null ? distribution : duration(ms * factor)
  }
  if (typeof distribution !== "object" || distribution === null) return distribution
  return Object.fromEntries(Object.entries(distribution).map(([key, inner]) => [key, times(inner, factor)]))
}

/** The time in the middle of a distribution, or near it; null where its numbers are in a file. */
export const typicalMs = (distribution: unknown): number | null => {
  if (typeof distribution === "string") return inMs(distribution)
  if (typeof distribution !== "object" || distribution === null) return null
  const [first] = Object.values(distribution)
  if (typeof first !== "object" || first === null) return null
  const found = ["p50", "mean", "min"].find((key) => key in first)
  return found === undefined ? null : typicalMs(Object.entries(first).find(([key]) => key === found)?.[1])
}

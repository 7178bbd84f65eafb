/** A measure over the seeds: its mean and the interval around it. */
export interface Measured {
  readonly mean: number
  readonly low: number
  readonly high: number
  readonly n: number
}

/** What stands where there is nothing to say. */
export const none = "–"

const group = (digits: string): string => digits.replace(/\B(?=(\d{3})+(?!\d))/g, ",")

const fixed = (value: number, decimals: number): string => {
  const [whole = "0", fraction] = Math.abs(value).toFixed(decimals).split(".")
  const digits = fraction === undefined ? group(whole) : `${group(whole)}.${fraction}`
  return value < 0 && /[1-9]/.test(digits) ? `-${digits}` : digits
}

/** A whole number with its thousands apart. */
export const integer = (value: number): string => fixed(value, 0)

const decimalsFor = (value: number): number => {
  const size = Math.abs(value)
  if (size === 0 || size >= 99.95) return 0
  if (size >= 0.95) return 1
  if (size >= 0.095) return 2
  return size >= 0.0095 ? 3 : size >= 0.00095 ? 4 : 5
}

/** Half the width of the interval; an interval cut at 0 counts its upper half. */
export const half = ({ high, mean }: Measured): number => Math.max(0, high - mean)

/**
 * A number of things, a mean of such numbers included: `31.4 ± 1.2`.
 *
 * @example
 * ```ts
 * import { Format } from "@ebb/sim"
 *
 * console.log(Format.count({ mean: 31.4, low: 30.2, high: 32.6, n: 20 }))
 * ```
 */
export const count = (value: Measured): string => {
  const around = half(value)
  if (around === 0) return fixed(value.mean, Number.isInteger(value.mean) ? 0 : decimalsFor(value.mean))
  const decimals = decimalsFor(value.mean < 0.0095 ? Math.max(value.mean, around) : value.mean)
  return `${fixed(value.mean, decimals)} ± ${fixed(around, Math.max(decimals, around < 0.5 ? 1 : 0))}`
}

/** A mean of counts with the word for what is counted: `1 request`, `2.3 ± 0.1 requests`. */
export const countOf = (value: Measured, one: string): string => {
  const text = count(value)
  return `${text} ${one}${text === "1" ? "" : "s"}`
}

/** A number with the word for what is counted: `1 runner`, `6 runners`. */
export const counted = (count: number, one: string): string => `${integer(count)} ${one}${count === 1 ? "" : "s"}`

/** So many of them, short: `2.4 M`, `31,400`. */
export const many = (value: number): string => {
  if (value >= 1e9) return `${fixed(value / 1e9, 1)} G`
  return value >= 1e6 ? `${fixed(value / 1e6, 1)} M` : integer(value)
}

const pair = (whole: number, unit: string, rest: number, restUnit: string): string =>
  rest === 0 ? `${whole} ${unit}` : `${whole} ${unit} ${rest} ${restUnit}`

/** A time in milliseconds as people read it: `850 ms`, `6.1 s`, `2 min 5 s`, `1 h 3 min`. */
export const duration = (ms: number): string => {
  if (ms < 0) return `-${duration(-ms)}`
  if (ms < 0.05) return "0 s"
  if (ms < 9.95) return `${fixed(ms, 1)} ms`
  if (ms < 999.5) return `${fixed(ms, 0)} ms`
  if (ms < 59_950) return `${fixed(ms / 1000, 1)} s`
  const seconds = Math.round(ms / 1000)
  if (seconds < 3600) return pair(Math.floor(seconds / 60), "min", seconds % 60, "s")
  const minutes = Math.round(seconds / 60)
  return pair(Math.floor(minutes / 60), "h", minutes % 60, "min")
}

/** A time that was set or has to be: without decimals, and to the second: `1 h`, `20 min`, `1 min 40 s`. */
export const span = (ms: number): string => {
  if (ms % 1000 !== 0 || ms <= 0) return duration(ms)
  const seconds = ms / 1000
  const parts = [
    [Math.floor(seconds / 3600), "h"],
    [Math.floor(seconds / 60) % 60, "min"],
    [seconds % 60, "s"]
  ] as const
  return parts.flatMap(([amount, unit]) => (amount === 0 ? [] : [`${amount} ${unit}`])).join(" ")
}

/** The least time in whole seconds that is not shorter, as a setting has them. */
export const wholeSeconds = (ms: number): string => span(Math.ceil(ms / 1000) * 1000)

/** Half a width beside a time, in the unit that the time is shown in; empty where that does not show it. */
const around = (ms: number, mean: number): string => {
  if (mean >= 3_570_000) return ms < 30_000 ? "" : duration(Math.round(ms / 60_000) * 60_000)
  if (mean >= 59_950)
    return ms < 950 ? `${fixed(ms / 1000, 1)} s` : duration(Math.round(ms / 1000) * 1000).replace(".0 s", " s")
  if (mean >= 999.5) return `${fixed(ms / 1000, ms < 95 ? 2 : 1)} s`
  return ms < 9.95 ? `${fixed(ms, 1)} ms` : duration(ms)
}

/** A measured time: `52.0 s ± 3.1 s`. */
export const durationOf = (value: Measured): string => {
  const width = half(value)
  const said = width < 0.05 || width < value.mean / 1e4 ? "" : around(width, value.mean)
  return said === "" ? duration(value.mean) : `${duration(value.mean)} ± ${said}`
}

const signs: Readonly<Record<string, string>> = { USD: "$", EUR: "€", GBP: "£", JPY: "¥" }

const centsOf = (amount: number): number => {
  const size = Math.abs(amount)
  return size >= 999.5 ? 0 : size > 0 && size < 0.00995 ? 4 : 2
}

/** An amount of money: `$9.40`, `CHF 120`. */
export const money = (amount: number, currency: string): string => {
  const decimals = centsOf(amount)
  return `${signs[currency] ?? `${currency} `}${fixed(amount, decimals)}`
}

/** A measured amount; "no price" where the machine type has none. */
export const moneyOf = (value: Measured | null, currency: string): string => {
  if (value === null) return "no price"
  const around = half(value)
  const decimals = centsOf(value.mean)
  const text = money(value.mean, currency)
  return around < 0.005 ? text : `${text} ± ${fixed(around, decimals)}`
}

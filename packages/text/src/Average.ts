import * as Format from "./Format.ts"

/** So many in so many rollouts. */
interface Odds {
  readonly count: number
  readonly rollouts: number
}

/** From here on a mean is read as a number; below, nobody knows what a tenth of a request is. */
const leastRead = 0.95
/** Up to here one in so many rollouts is near enough: 1 in 4, 1 in 3. */
const mostOneIn = 0.35

const twoDigits = (value: number): number => (value < 100 ? Math.round(value) : Number(value.toPrecision(2)))

const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b))

const oddsOf = (mean: number): Odds | null => {
  if (mean <= 0 || mean >= leastRead) return null
  if (mean < mostOneIn) return { count: 1, rollouts: twoDigits(1 / mean) }
  const tenths = Math.round(mean * 10)
  const common = divisor(tenths, 10)
  return { count: tenths / common, rollouts: 10 / common }
}

const inRollouts = ({ rollouts }: Odds): string => `in ${Format.integer(rollouts)} rollouts`

const number = (value: number): string => {
  const digits = value >= 99.5 || Number.isInteger(value) ? 0 : 1
  return digits === 0 ? Format.integer(value) : `${+value.toFixed(digits)}`
}

/** A mean of counts over rollouts, short: `9`, `9.6`, `about 1 in 20 rollouts`; `word`: `9.6 more`, `about 1 more in 20 rollouts`. */
export const short = (mean: number, word?: string): string => {
  const odds = oddsOf(mean)
  const worded = word === undefined ? "" : ` ${word}`
  return odds === null ? `${number(mean)}${worded}` : `about ${odds.count}${worded} ${inRollouts(odds)}`
}

/** What one does, and what several do. */
export interface Verb {
  readonly one: string
  readonly many: string
}

/**
 * A mean of counts over rollouts, with the word for what is counted and what became of it: `9 requests`, `9.6 requests fail on
 * average`, `about 1 request in 20 rollouts`.
 */
export const of = (mean: number, thing: string, verb?: Verb): string => {
  const odds = oddsOf(mean)
  const said = odds === null ? number(mean) : `${odds.count}`
  const isOne = said === "1"
  const does = verb === undefined ? "" : ` ${isOne ? verb.one : verb.many}`
  const counted = `${said} ${thing}${isOne ? "" : "s"}${does}`
  if (odds !== null) return `about ${counted} ${inRollouts(odds)}`
  return Number.isInteger(mean) ? counted : `${counted} on average`
}

import { countsAll } from "@ebb/core/fleet/strategy/Strategies"
import * as Format from "@ebb/text/Format"
import type { Estimate } from "../measure/Statistics.ts"
import type { DryRun, DryWay } from "./DryRun.ts"
import { forksEnough } from "./ForksEnough.ts"

const number = (value: number): string => {
  if (Number.isInteger(value)) return Format.integer(value)
  return value < 0.95 ? `${+value.toPrecision(1)}` : value.toFixed(1)
}

/** `3.2 (1–6)`, and alone where it cannot be another. */
export const countOf = ({ high, low, mean }: Estimate): string =>
  low === high ? number(mean) : `${number(mean)} (${Math.floor(low)}–${Math.ceil(high)})`

/** `2.7 s (2.4 s–3.1 s)`, likewise. */
export const timeOf = ({ high, low, mean }: Estimate): string =>
  low === high ? Format.duration(mean) : `${Format.duration(mean)} (${Format.duration(low)}–${Format.duration(high)})`

/** So much longer in the worst case than in the best, an average says neither. */
const farApart = 3

/** For a sentence: the average, or from when to when where one fork recovers at once and another much later. */
const afterOf = ({ high, low, mean }: Estimate): string => {
  if (low === high) return Format.duration(mean)
  if (high <= low * farApart) return `about ${Format.duration(mean)}`
  return low === 0
    ? `most likely less than ${Format.duration(high)}`
    : `${Format.duration(low)} to ${Format.duration(high)}`
}

/** As exactly as it is shown. */
const tenths = (value: number): number => Math.round(value * 10) / 10

/** What a rollout costs its callers: requests lost, those in flight and others; then how long the app is short of slots. */
const harm = ({ enoughMs, inFlight, never, requestsErrored }: DryWay): ReadonlyArray<number> => [
  never === null ? 0 : 1,
  tenths(requestsErrored.mean),
  tenths(inFlight.retried.mean),
  enoughMs?.mean ?? Infinity
]

const isLess = (a: ReadonlyArray<number>, b: ReadonlyArray<number>): boolean => {
  const at = a.findIndex((value, index) => value !== b[index])
  return at >= 0 && a[at]! < b[at]!
}

/** The way that costs callers least. */
export const bestOf = (ways: ReadonlyArray<DryWay>): DryWay =>
  ways.reduce((best, way) => (isLess(harm(way), harm(best)) ? way : best))

/** ` in 9 of 300 forks`, and nothing where it is all of them. */
const inForks = (count: number, forks: number): string => (count === forks ? "" : ` in ${count} of ${forks} forks`)

/** That fewer slots are ready afterwards than before is no harm of the rollout's: no more are needed. */
const fewerThanBefore = ({ enoughMs, fewer }: DryWay): string => {
  if (fewer === null) return ""
  const { before, slots } = fewer
  const left = slots.high === 0 ? "none" : number(slots.mean)
  const none = slots.high === 0 ? ", so that the next request waits for a start" : ""
  return `,${inForks(slots.n, enoughMs!.n)} with fewer than before (${left} of ${Format.integer(before)})${none}`
}

const recovery = (way: DryWay): string => {
  const { enoughMs, fewer, requestsErrored } = way
  if (enoughMs === null) return "the app does not recover"
  const what = fewer === null ? "capacity is full again" : "the app has as many slots again as it needs"
  const when = enoughMs.high === 0 ? "at once" : `after ${afterOf(enoughMs)}`
  const isShort = enoughMs.n < requestsErrored.n
  const never = isShort ? `, but not${inForks(requestsErrored.n - enoughMs.n, requestsErrored.n)}` : ""
  if (fewer === null && enoughMs.high === 0 && !isShort) return "capacity stays full"
  return `${what} ${when}${fewerThanBefore(way)}${never}`
}

const staysFull = (way: DryWay): boolean => recovery(way) === "capacity stays full"

/** That nothing fails is no news where nothing could. */
const isIdle = ({ inFlight, requestsErrored }: DryWay): boolean =>
  inFlight.atStart.high === 0 && requestsErrored.high === 0

/** What becomes of requests and of capacity. */
const outcome = (way: DryWay): string => (isIdle(way) ? recovery(way) : `${fails(way)} and ${recovery(way)}`)

/** The same of a way that is not the one to use; capacity that stays full is not spoken of. */
const otherOutcome = (way: DryWay): string => (staysFull(way) && !isIdle(way) ? fails(way) : outcome(way))

const fails = ({ requestsErrored }: DryWay): string => {
  if (requestsErrored.high === 0) return requestsErrored.mean === 0 ? "nothing fails" : "almost certainly nothing fails"
  if (requestsErrored.mean < 0.5) {
    return `most likely nothing fails, at worst ${Format.counted(Math.ceil(requestsErrored.high), "request")},`
  }
  const count = countOf(requestsErrored)
  return count === "1" ? "1 request fails" : `${count} requests fail`
}

/** The answer, before any number is looked up. */
interface Answer {
  readonly text: string
  /** Whether it says which way to use. */
  readonly isAdvice: boolean
}

/** Replace counts those that each runner has when it is told to stop, which is later: it does not say how many there are now. */
const inFlightNow = (ways: ReadonlyArray<DryWay>): string => {
  const atOnce = ways.find(({ mode }) => countsAll(mode))
  if (atOnce === undefined) return ""
  const count = Math.round(atOnce.inFlight.atStart.mean)
  return count === 0 ? ", while no request is in flight" : `, with ${Format.counted(count, "request")} in flight`
}

const lead = (ways: ReadonlyArray<DryWay>): Answer => {
  const isEmpty = (way: DryWay): boolean =>
    way.inFlight.atStart.high === 0 && way.requestsErrored.high === 0 && staysFull(way)
  // One that replaces first stays full with slots ready too.
  if (ways.some(({ mode }) => countsAll(mode)) && ways.every(isEmpty))
    return {
      text: "No request is in flight and no slot is ready: whichever way you roll out now, nothing fails.",
      isAdvice: false
    }
  const best = bestOf(ways)
  const others = ways.filter((way) => way !== best)
  const isAdvice = others.length > 0
  const among = inFlightNow(ways)
  const chosen = isAdvice ? `Use ${best.mode} now${among}: ` : `With ${best.mode}${among}, `
  const rest = others.map((way) => ` With ${way.mode}, ${otherOutcome(way)}.`).join("")
  return { text: `${chosen}${outcome(best)}.${rest}`, isAdvice }
}

/** Which way costs least and what each costs, and which may never end. */
export const answer = (ways: ReadonlyArray<DryWay>): Answer => {
  const never = ways.flatMap(({ mode, never: why }) => (why === null ? [] : [` With ${mode}, ${why}.`]))
  const { isAdvice, text } = lead(ways)
  return { isAdvice, text: text + never.join("") }
}

/** What the numbers rest on. */
export const basis = ({ forks, tookMs }: Pick<DryRun, "forks" | "tookMs">): string =>
  `${Format.counted(forks, "fork")} of the sandbox as it is for each way, in ${Format.duration(tookMs)}` +
  (forks < forksEnough ? ": too few for more than a rough answer. Brackets " : "; brackets ") +
  "hold 95 % of what may happen. Nothing was rolled out."

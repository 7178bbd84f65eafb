import * as Format from "@ebb/text/Format"
import { type Comparison, type MeasureComparison, pairsMin } from "./Comparison.ts"
import { differenceText } from "./ComparisonRows.ts"

/** Which way this spec differs from the other, by the measures that are shown first. */
export type Direction = "worse" | "better" | "better and worse" | "different" | "no different" | "unclear"

/** The comparison in one word and in one or two sentences. */
export interface ComparisonVerdict {
  readonly direction: Direction
  readonly text: string
}

interface Found {
  readonly mode: string
  readonly measure: MeasureComparison
}

const listMax = 3

const isWorse = ({ better, difference }: MeasureComparison): boolean =>
  better !== null && difference !== null && (better === "less" ? difference.mean > 0 : difference.mean < 0)

const describe = ({ measure, mode }: Found, currency: string): string =>
  `${mode} ${measure.label.replace("of those: ", "in flight ").replace(",", "")} ${differenceText(measure, currency)}`

const list = (found: ReadonlyArray<Found>, currency: string): string => {
  const shown = found.slice(0, listMax).map((one) => describe(one, currency))
  const more = found.length - shown.length
  return shown.join(", ") + (more > 0 ? ` and ${more} more` : "")
}

const allOf = ({ modes }: Comparison): ReadonlyArray<Found> =>
  modes.flatMap(({ measures, mode }) => measures.map((measure) => ({ mode, measure })))

const pairsOf = (all: ReadonlyArray<Found>): number =>
  all.reduce((most, { measure: { difference } }) => Math.max(most, difference?.n ?? 0), 0)

const nothingFound = (all: ReadonlyArray<Found>, comparison: Comparison): string => {
  const isSame = all.every(
    ({ measure: { difference } }) => difference === null || (difference.low === 0 && difference.high === 0)
  )
  if (isSame) return `No difference from ${comparison.other}: the same in every run.`
  return `No difference from ${comparison.other} was found in ${Format.counted(all.length, "measure")}.`
}

const sentence = (lead: string, found: ReadonlyArray<Found>, { currency, other }: Comparison): string =>
  found.length === 0 ? "" : `${lead} ${other}: ${list(found, currency)}.`

/** Errors of requests in flight are among the errors in all. */
const isCountedInAll = ({ measure, mode }: Found, different: ReadonlyArray<Found>): boolean =>
  measure.measure === "inFlight.errored" &&
  different.some((other) => other.mode === mode && other.measure.measure === "requests.errored")

/** What the comparison comes to. */
export const of = (comparison: Comparison): ComparisonVerdict => {
  const all = allOf(comparison)
  const pairs = pairsOf(all)
  if (pairs < pairsMin) {
    const text = `Too few seeds to compare with ${comparison.other}: ${pairs}, and it takes at least ${pairsMin}.`
    return { direction: "unclear", text }
  }
  const different = all.filter(({ measure: { verdict } }) => verdict === "difference")
  if (different.length === 0) return { direction: "no different", text: nothingFound(all, comparison) }
  const headline = different.filter((one) => one.measure.headline && !isCountedInAll(one, different))
  const worse = headline.filter(({ measure }) => isWorse(measure))
  const better = headline.filter(({ measure }) => !isWorse(measure))
  if (headline.length === 0) {
    return { direction: "different", text: sentence("Neither better nor worse than", different, comparison) }
  }
  const text = [sentence("Worse than", worse, comparison), sentence("Better than", better, comparison)]
  const direction = worse.length === 0 ? "better" : better.length === 0 ? "worse" : "better and worse"
  return { direction, text: text.filter((part) => part !== "").join(" ") }
}

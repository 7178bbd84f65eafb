import * as Format from "@ebb/text/Format"
import { type Comparison, type MeasureComparison, pairsMin } from "./Comparison.ts"
import * as DifferenceWords from "./DifferenceWords.ts"

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

const describe = ({ measure }: Found, currency: string): string =>
  DifferenceWords.of(measure, measure.difference!, currency)

const enumerated = (parts: ReadonlyArray<string>): string =>
  parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`

const withMode = (mode: string): string => (mode === "none" ? "without a rollout" : `with ${mode}`)

/** By mode: `with graceful, 1.9 ± 1.0 more errors and 2.5 ± 1.7 more requests in flight retried`. */
const list = (found: ReadonlyArray<Found>, currency: string): string => {
  const shown = Map.groupBy(found.slice(0, listMax), ({ mode }) => mode)
  const parts = [...shown].map(
    ([mode, those]) => `${withMode(mode)}, ${enumerated(those.map((one) => describe(one, currency)))}`
  )
  const more = found.length - listMax
  return [...parts, ...(more > 0 ? [`and in ${Format.counted(more, "other measure")}`] : [])].join("; ")
}

const allOf = ({ modes }: Comparison): ReadonlyArray<Found> =>
  modes.flatMap(({ measures, mode }) => measures.map((measure) => ({ mode, measure })))

const pairsOf = (all: ReadonlyArray<Found>): number =>
  all.reduce((most, { measure: { difference } }) => Math.max(most, difference?.n ?? 0), 0)

const nothingFound = (all: ReadonlyArray<Found>, comparison: Comparison): string => {
  const isSame = all.every(
    ({ measure: { difference } }) => difference === null || (difference.low === 0 && difference.high === 0)
  )
  if (isSame) return `No different from ${comparison.other}: every run comes out the same.`
  return `No different from ${comparison.other}, as far as these runs show: ${Format.counted(all.length, "measure")} compared.`
}

const sentence = (lead: string, found: ReadonlyArray<Found>, { currency, other }: Comparison): string =>
  found.length === 0 ? "" : `${lead} ${other}: ${list(found, currency)}.`

/** Errors of requests in flight are among the errors in all. */
const isCountedInAll = ({ measure, mode }: Found, different: ReadonlyArray<Found>): boolean =>
  measure.measure === "inFlight.errored" &&
  different.some((other) => other.mode === mode && other.measure.measure === "requests.errored")

/** What the comparison comes to. `hasMetNone`: no rollout met a request, so that nothing shown here is good or bad. */
export const of = (comparison: Comparison, hasMetNone = false): ComparisonVerdict => {
  const all = allOf(comparison)
  const pairs = pairsOf(all)
  if (pairs < pairsMin) {
    const had = pairs === 1 ? "there is 1" : `there are ${pairs}`
    const text = `Too few seeds to compare with ${comparison.other}: ${had}, and it takes at least ${pairsMin}.`
    return { direction: "unclear", text }
  }
  const different = all.filter(({ measure: { verdict } }) => verdict === "difference")
  if (different.length === 0) {
    return { direction: hasMetNone ? "unclear" : "no different", text: nothingFound(all, comparison) }
  }
  if (hasMetNone) return { direction: "unclear", text: sentence("Different from", different, comparison) }
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

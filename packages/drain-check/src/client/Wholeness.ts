import type { Digest } from "./Answer.ts"

/** Fewer answers than that say little about what is usual. */
const comparedMin = 3
/** A length that never varied is a coincidence with fewer. */
export const lengthsMin = 5

/** What sets a half answer apart. */
export type Why = "expected" | "last line" | "JSON" | "HTML" | "events" | "length" | "empty" | "trailers"

/** What the whole answers before the signal have in common. */
export interface Usual {
  readonly count: number
  readonly bytes: Range
  readonly events: Range | null
  readonly lastLine: string | null
  readonly isLastLineNew: boolean
  readonly isJson: boolean
  readonly endsAsHtml: boolean
  readonly trailers: ReadonlyArray<string>
}

interface Range {
  readonly min: number
  readonly max: number
}

const rangeOf = (numbers: ReadonlyArray<number>): Range => ({ min: Math.min(...numbers), max: Math.max(...numbers) })

const all = <A>(values: ReadonlyArray<A>): A | null => {
  const [first] = values
  return first !== undefined && values.every((value) => value === first) ? first : null
}

/** What these answers, which are whole, have in common. */
export const usual = (digests: ReadonlyArray<Digest>): Usual => {
  const events = digests.flatMap(({ events }) => (events === null ? [] : [events]))
  const isStream = events.length === digests.length && events.length > 0
  return {
    count: digests.length,
    bytes: rangeOf(digests.map(({ bytes }) => bytes)),
    events: isStream ? rangeOf(events) : null,
    lastLine: all(digests.map(({ lastLine }) => lastLine)),
    isLastLineNew: digests.every(({ isLastLineNew }) => isLastLineNew),
    isJson: digests.length > 0 && digests.every(({ isJson }) => isJson === true),
    endsAsHtml: digests.length > 0 && digests.every(({ endsAsHtml }) => endsAsHtml === true),
    trailers: (digests[0]?.trailers ?? []).filter((name) => digests.every(({ trailers }) => trailers.includes(name)))
  }
}

/** Well below what was seen so far: by more than twice of what answers differ in, and by more than a twentieth. */
const isBelow = (value: number, { max, min }: Range): boolean => value < min - Math.max(2 * (max - min), min / 20)

/** How much of the least that was seen so far is enough for an answer that ends as the others do: streams that follow a clock vary on a busy machine. */
const endedShare = 0.5

/** Whether it ends as whole answers do, in a way that half of one would not. */
const endsWell = (usual: Usual, { endsAsHtml, isJson, lastLine }: Digest): boolean =>
  (usual.lastLine !== null && lastLine === usual.lastLine) ||
  (usual.isJson && isJson === true) ||
  (usual.endsAsHtml && endsAsHtml === true)

/** Why an answer with that digest is only a part of one; null where it looks whole, or nothing can be said. */
export const shortBy = (usual: Usual, digest: Digest): Why | null => {
  if (digest.hasExpected === false) return "expected"
  // The text that every whole answer holds is there: no guess is needed.
  if (digest.hasExpected === true || usual.count < comparedMin) return null
  if (usual.trailers.some((name) => !digest.trailers.includes(name))) return "trailers"
  if (usual.lastLine !== null && digest.lastLine !== null && digest.lastLine !== usual.lastLine) return "last line"
  if (usual.isJson && digest.isJson === false) return "JSON"
  if (usual.endsAsHtml && digest.endsAsHtml === false) return "HTML"
  if (usual.bytes.min > 0 && digest.bytes === 0) return "empty"
  if (usual.count < lengthsMin) return null
  const isTooLittle = (value: number, range: Range): boolean =>
    isBelow(value, range) && !(endsWell(usual, digest) && value >= range.min * endedShare)
  if (usual.events !== null && digest.events !== null && isTooLittle(digest.events, usual.events)) return "events"
  return isTooLittle(digest.bytes, usual.bytes) ? "length" : null
}

/** So much of the least that was seen is no more than half of any whole answer. */
const halfShare = 0.5

/** Whether half of an answer would be well below what was seen. */
const isTellingRange = (range: Range): boolean => range.min === range.max || isBelow(range.min * halfShare, range)

const showsEnds = ({ bytes, count, events, isLastLineNew, lastLine, trailers }: Usual): boolean => {
  if (count < comparedMin) return false
  if ((lastLine !== null && isLastLineNew) || trailers.length > 0) return true
  return count >= lengthsMin && isTellingRange(events ?? bytes)
}

/** Whether anything tells half of that answer from a whole one: its own end, or that of the answers before. */
export const canTell = (usual: Usual, { endsAsHtml, hasExpected, isJson, isMeasured }: Digest): boolean =>
  hasExpected !== null || isMeasured || isJson === true || endsAsHtml === true || showsEnds(usual)

/** What whole answers have there, for people. */
export const usualText = (usual: Usual, why: Why): string | null => {
  const range = ({ max, min }: Range): string => (min === max ? String(min) : `${min} to ${max}`)
  if (why === "last line") return usual.lastLine
  if (why === "length" || why === "empty") return `${range(usual.bytes)} bytes`
  if (why === "events" && usual.events !== null) return `${range(usual.events)} events`
  return why === "trailers" ? usual.trailers.join(", ") : null
}

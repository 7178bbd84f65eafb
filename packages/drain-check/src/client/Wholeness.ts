import { lengthsMin, type OtherWhy, type Why } from "../ShortAnswer.ts"
import type { Digest } from "./Answer.ts"

/** Fewer answers than that say little about what is usual. */
const comparedMin = 3

/** What the whole answers before the signal have in common. */
export interface Usual {
  readonly count: number
  readonly status: number | null
  readonly contentType: string | null
  readonly keys: ReadonlyArray<string>
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

const common = ([first = [], ...rest]: ReadonlyArray<ReadonlyArray<string>>): ReadonlyArray<string> =>
  first.filter((name) => rest.every((names) => names.includes(name)))

/** What these answers, which are whole, have in common. */
export const usual = (digests: ReadonlyArray<Digest>): Usual => {
  const events = digests.flatMap(({ events }) => (events === null ? [] : [events]))
  const isStream = events.length === digests.length && events.length > 0
  return {
    count: digests.length,
    status: all(digests.map(({ status }) => status)),
    contentType: all(digests.map(({ contentType }) => contentType)),
    keys: common(digests.map(({ keys }) => keys)),
    bytes: rangeOf(digests.map(({ bytes }) => bytes)),
    events: isStream ? rangeOf(events) : null,
    lastLine: all(digests.map(({ lastLine }) => lastLine)),
    isLastLineNew: digests.every(({ isLastLineNew }) => isLastLineNew),
    isJson: digests.length > 0 && digests.every(({ isJson }) => isJson === true),
    endsAsHtml: digests.length > 0 && digests.every(({ endsAsHtml }) => endsAsHtml === true),
    trailers: common(digests.map(({ trailers }) => trailers))
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

const otherBy = ({ contentType, count, status }: Usual, digest: Digest): OtherWhy | null => {
  if (count < lengthsMin) return null
  if (status !== null && digest.status !== status) return "status"
  return contentType !== null && digest.contentType !== contentType ? "content type" : null
}

/** Whether it is JSON without a key that all had. */
export const lacksKeys = ({ count, keys }: Usual, { hasExpected, isJson, keys: own }: Digest): boolean =>
  count >= lengthsMin && hasExpected === null && isJson === true && keys.some((key) => !own.includes(key))

/** Why an answer with that digest is only a part of one, or another one; null where it looks whole, or nothing can be said. */
export const shortBy = (usual: Usual, digest: Digest): Why | null => {
  if (digest.hasExpected === false) return "expected"
  // The text that every whole answer holds is there: no guess is needed.
  if (digest.hasExpected === true || usual.count < comparedMin) return null
  const other = otherBy(usual, digest)
  if (other !== null) return other
  if (usual.trailers.some((name) => !digest.trailers.includes(name))) return "trailers"
  if (usual.lastLine !== null && digest.lastLine !== null && digest.lastLine !== usual.lastLine) return "last line"
  if (usual.isJson && digest.isJson === false) return "JSON"
  if (usual.endsAsHtml && digest.endsAsHtml === false) return "HTML"
  if (usual.bytes.min > 0 && digest.bytes === 0) return "empty"
  if (usual.count < lengthsMin) return null
  const isTooLittle = (value: number, range: Range): boolean =>
    isBelow(value, range) && !(endsWell(usual, digest) && value >= range.min * endedShare)
  if (usual.events !== null && digest.events !== null && isTooLittle(digest.events, usual.events)) return "events"
  if (!isTooLittle(digest.bytes, usual.bytes)) return null
  return lacksKeys(usual, digest) ? "keys" : "length"
}

/** So much of the least that was seen is no more than half of any whole answer. */
const halfShare = 0.5

/** Whether half of an answer would be well below what was seen. */
const isTellingRange = (range: Range): boolean => range.min === range.max || isBelow(range.min * halfShare, range)

const showsEnds = ({ bytes, count, events, isLastLineNew, lastLine, trailers }: Usual): boolean => {
  if (count < comparedMin) return false
  if ((lastLine !== null && isLastLineNew) || trailers.length > 0) return true
  // Streams of something else than events have none.
  return count >= lengthsMin && isTellingRange(events === null || events.max === 0 ? bytes : events)
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
  if (why === "status") return String(usual.status)
  if (why === "content type") return typeText(usual.contentType)
  if (why === "keys") return usual.keys.join(", ")
  return why === "trailers" ? usual.trailers.join(", ") : null
}

const typeText = (contentType: string | null): string =>
  contentType === null || contentType === "" ? "no content type" : contentType

/** What that answer has in its place, where it is another one. */
export const otherText = ({ contentType, keys, status }: Digest, why: Why): string | null => {
  if (why === "status") return String(status)
  if (why === "content type") return typeText(contentType)
  return why === "keys" ? keys.join(", ") : null
}

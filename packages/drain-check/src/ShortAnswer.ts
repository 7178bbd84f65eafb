/** A length that never varied is a coincidence with fewer answers. */
export const lengthsMin = 5

/** What sets a half answer apart. */
export type Why = HalfWhy | OtherWhy
type HalfWhy = "expected" | "last line" | "JSON" | "HTML" | "events" | "length" | "empty" | "trailers"
/** What sets an answer apart that is no part of a usual one. */
export type OtherWhy = "status" | "content type" | "keys"

const otherWhys: ReadonlySet<Why> = new Set(["status", "content type", "keys"])

/** Whether it says that the answer is another one than the usual, and not a part of that. */
export const isOther = (why: Why | null): boolean => why !== null && otherWhys.has(why)

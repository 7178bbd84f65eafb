/** A length that never varied is a coincidence with fewer answers. */
export const lengthsMin = 5

/** What sets a half answer apart from the usual ones. */
const halfWhys = ["expected", "last line", "JSON", "HTML", "events", "length", "empty", "trailers"] as const
/** What sets an answer apart that is no part of a usual one. */
const otherWhys = ["status", "content type", "keys"] as const

export const whys = [...halfWhys, ...otherWhys] as const
export type OtherWhy = (typeof otherWhys)[number]
export type Why = (typeof whys)[number]

/** Whether it says that the answer is another one than the usual, and not a part of that. */
export const isOther = (why: Why | null): boolean => otherWhys.some((other) => other === why)

import * as Format from "@ebb/text/Format"

/** A moment of a run, as it is said: `20 min`, `21 m 30 s`. */
export const moment = (ms: number): string => (ms < 60_000 || ms % 60_000 === 0 ? Format.span(ms) : Format.duration(ms))

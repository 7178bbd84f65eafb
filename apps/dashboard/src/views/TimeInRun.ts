import * as Format from "@ebb/text/Format"

/** A moment of a run, as it is said: `20 min`, `21 min 30 s`. */
export const moment = (ms: number): string => Format.span(Math.round(ms / 1000) * 1000)

/**
 * What is known of an SLO after some seeds: it holds, is broken, or more seeds are needed. `unbroken`: every run keeps to it,
 * but too many gave the same to say that it holds. `close`: more seeds would not tell.
 */
export type Verdict = "holds" | "unbroken" | "broken" | "open" | "close"

/** Whether it is known to hold, or was broken by no run. */
export const isKept = (verdict: Verdict): boolean => verdict === "holds" || verdict === "unbroken"

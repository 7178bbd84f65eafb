import type { Measured } from "@ebb/text/Format"

/** What becomes of a request in flight at a rollout, in the order in which bars show it. */
export const fates = ["drained", "retried", "errored", "cancelled", "unresolved"] as const
export type Fate = (typeof fates)[number]

/** What a fate means to the caller. */
export const fateMeanings: Readonly<Record<Fate, string>> = {
  drained: "finished on the old runner",
  retried: "cut, and run again",
  errored: "cut, and failed",
  cancelled: "given up by the caller",
  unresolved: "no outcome yet"
}

/** How many requests were in flight, and how many of them met each fate; null where it was not measured. */
export type FateCounts = Readonly<Record<Fate | "atStart", Measured | null>>

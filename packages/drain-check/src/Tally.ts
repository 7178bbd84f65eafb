import type { Call } from "./Call.ts"
import type { Rollout } from "./CheckReport.ts"

type Counts = Pick<
  Rollout,
  "before" | "inFlight" | "answered" | "errored" | "cut" | "after" | "lastAnswerAfterMs" | "lastCutAfterMs"
>

type What = "answered" | "errored" | "unavailable" | "lost" | "refused"

const unavailable = 503
const serverErrorMin = 500

const whatOf = ({ isTaken, outcome }: Call): What => {
  if (outcome === null) return "lost"
  if (outcome.is !== "answered") return outcome.is === "lost" && isTaken ? "lost" : "refused"
  if (outcome.status === unavailable) return "unavailable"
  return outcome.status >= serverErrorMin ? "errored" : "answered"
}

const lastAfterMs = (calls: ReadonlyArray<Call>, signalledAtMs: number): number | null => {
  const ends = calls.flatMap(({ endedAtMs }) => (endedAtMs === null ? [] : [endedAtMs]))
  return ends.length === 0 ? null : Math.max(0, Math.max(...ends) - signalledAtMs)
}

/** How long the slowest answer took. */
const slowestMs = (calls: ReadonlyArray<Call>): number | null => {
  const tookMs = calls.flatMap(({ endedAtMs, outcome, sentAtMs }) =>
    outcome?.is !== "answered" || endedAtMs === null || sentAtMs === null ? [] : [endedAtMs - sentAtMs]
  )
  return tookMs.length === 0 ? null : Math.max(...tookMs)
}

/** Sorts the requests of a rollout by when they were sent and what became of them. */
export const count = (calls: ReadonlyArray<Call>, signalledAtMs: number): Counts => {
  const isBefore = ({ endedAtMs, wasOver }: Call): boolean =>
    wasOver || (endedAtMs !== null && endedAtMs <= signalledAtMs)
  const before = calls.filter(isBefore)
  const inFlight = calls.filter(({ isInFlight }) => isInFlight)
  const late = calls.filter((call) => !isBefore(call) && !call.isInFlight)
  const number = (of: ReadonlyArray<Call>, ...whats: ReadonlyArray<What>): number =>
    of.filter((call) => whats.includes(whatOf(call))).length
  const statuses = before.flatMap(({ outcome }) => (outcome?.is === "answered" ? [outcome.status] : []))
  const cut = inFlight.filter((call) => ["lost", "refused"].includes(whatOf(call)))
  return {
    before: {
      answered: number(before, "answered"),
      errored: number(before, "errored", "unavailable"),
      lost: number(before, "lost", "refused"),
      statuses: Object.fromEntries(
        Object.entries(Object.groupBy(statuses, String)).map(([status, all = []]) => [status, all.length])
      ),
      slowestMs: slowestMs(before.slice(Math.floor(before.length / 2)))
    },
    inFlight: inFlight.length,
    answered: number(inFlight, "answered"),
    errored: number(inFlight, "errored", "unavailable"),
    cut: cut.length,
    after: {
      answered: number(late, "answered", "errored"),
      refused: number(late, "refused", "unavailable"),
      cut: number(late, "lost")
    },
    lastAnswerAfterMs: lastAfterMs(
      inFlight.filter((call) => whatOf(call) === "answered"),
      signalledAtMs
    ),
    lastCutAfterMs: lastAfterMs(cut, signalledAtMs)
  }
}

import type { Summary } from "@ebb/core/domain/Measures"
import type { RunMeasures } from "../measure/RunMeasures.ts"

/** What a measure counts in: requests, slots or runs; milliseconds; seconds; the currency of the report. */
export type Unit = "count" | "ms" | "s" | "money"

/** A measure of two specs that are held against each other. */
export interface ComparedMeasure {
  /** Its path in the report. */
  readonly path: string
  readonly label: string
  readonly unit: Unit
  /** Which way is better for those who call the app or pay for it; null where neither is by itself. */
  readonly better: "less" | "more" | null
  /** Whether it is shown even where it does not differ. */
  readonly isHeadline: boolean
  /** Its value in one run; null where the run has none. */
  readonly pick: (run: RunMeasures) => number | null
}

type Pick = ComparedMeasure["pick"]
type Better = ComparedMeasure["better"]

const one =
  (unit: Unit, isHeadline: boolean) =>
  (path: string, label: string, better: Better, pick: Pick): ComparedMeasure => ({
    path,
    label,
    unit,
    better,
    isHeadline,
    pick
  })

const headlineCount = one("count", true)
const count = one("count", false)
const headlineTime = one("ms", true)
const time = one("ms", false)

const requests: ReadonlyArray<ComparedMeasure> = [
  headlineCount("requests.errored", "errors in all", "less", ({ requests }) => requests.errored),
  count("requests.accepted", "requests", null, ({ requests }) => requests.accepted),
  count("requests.completed", "completed", "more", ({ requests }) => requests.completed),
  count("requests.cancelled", "cancelled by callers", "less", ({ requests }) => requests.cancelled),
  count("requests.pending", "still open at the end", "less", ({ requests }) => requests.pending)
]

const inFlight: ReadonlyArray<ComparedMeasure> = [
  count("inFlight.atStart", "in flight at the rollout", null, ({ inFlight }) => inFlight.atStart),
  count("inFlight.drained", "of those: drained", null, ({ inFlight }) => inFlight.drained),
  headlineCount("inFlight.errored", "of those: errored", "less", ({ inFlight }) => inFlight.errored),
  headlineCount("inFlight.retried", "of those: retried", "less", ({ inFlight }) => inFlight.retried),
  count("inFlight.cancelled", "of those: cancelled", "less", ({ inFlight }) => inFlight.cancelled),
  count("inFlight.unresolved", "of those: unresolved", "less", ({ inFlight }) => inFlight.unresolved)
]

type Times = "latencyMs" | "queueWaitMs"
type Window = "before" | "during" | "after"

const percentile =
  (times: Times, window: Window, name: keyof Summary): Pick =>
  (run) =>
    run[times][window]?.[name] ?? null

const windows = (times: Times, label: string): ReadonlyArray<ComparedMeasure> =>
  (["before", "during", "after"] as const).flatMap((window) =>
    (["p50", "p99"] as const).map((name) => {
      const make = times === "latencyMs" && window === "during" ? headlineTime : time
      const path = `${times}.${window}.${name}`
      return make(path, `${label} ${name}, ${window}`, "less", percentile(times, window, name))
    })
  )

const isUnfinished: Pick = ({ rollouts: [first] }) => (first === undefined ? null : first.state === "finished" ? 0 : 1)

/** Of a run with a rollout only: without one there is nothing to recover from. */
const hasNotRecovered: Pick = ({ capacity: { recoveryMs }, rollouts: [first] }) =>
  first === undefined ? null : recoveryMs === null ? 1 : 0

const capacity: ReadonlyArray<ComparedMeasure> = [
  headlineCount("rollouts.unfinished", "rollouts unfinished", "less", isUnfinished),
  headlineCount("capacity.slotsReadyLowest", "slots ready, lowest", "more", (run) => run.capacity.slotsReadyLowest),
  headlineCount("capacity.neverRecovered", "runs never recovered", "less", hasNotRecovered),
  headlineTime("capacity.recoveryMs", "recovered after", "less", (run) => run.capacity.recoveryMs),
  time("graceNeededMs", "grace needed", null, (run) => run.graceNeededMs),
  count("coldStarts", "cold starts", "less", (run) => run.coldStarts),
  one("s", false)("runnerSeconds.billable", "billed from then on", "less", (run) => run.runnerSeconds.billable),
  one("money", true)("cost.amount", "cost from then on", "less", (run) => run.cost.amount)
]

const fixed: ReadonlyArray<ComparedMeasure> = [
  ...requests,
  ...inFlight,
  ...windows("latencyMs", "latency"),
  ...windows("queueWaitMs", "queue wait"),
  ...capacity
]

/** Every measure that is compared; of errors each type that a run had. */
export const of = (runs: ReadonlyArray<RunMeasures>): ReadonlyArray<ComparedMeasure> => {
  const types = [...new Set(runs.flatMap(({ errorsByType }) => Object.keys(errorsByType)))].sort()
  const byType = types.map((type) =>
    count(`errorsByType.${type}`, `errors, ${type}`, "less", ({ errorsByType }) => errorsByType[type] ?? 0)
  )
  return [...fixed, ...byType]
}

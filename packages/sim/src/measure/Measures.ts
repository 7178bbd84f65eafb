import type { Fates, Summary } from "@ebb/core/domain/Measures"
import type { RunMeasures } from "./RunMeasures.ts"
import type { Windows } from "./RunMeter.ts"

/** What a measure is counted in: requests, slots or runners; milliseconds; seconds; the currency of the report. */
export type Unit = "count" | "ms" | "s" | "money"

/** One number that every run has, or may have. */
export interface Measure<Path extends string = string> {
  /** Where the report has it. */
  readonly path: Path
  /** For people: a line of the table. */
  readonly label: string
  readonly unit: Unit
  /** Which way is better for those who call the app or pay for it; null where neither is by itself. */
  readonly better: "less" | "more" | null
  /** Its value in one run; null where the run has none. */
  readonly pick: (run: RunMeasures) => number | null
  /** What it means, for docs/measures.md. */
  readonly note: string
  /** It has a line in the table of the modes. */
  readonly isShown?: true
  /** Two specs that are held against each other are compared by it. */
  readonly isCompared?: true
  /** … and that even where it does not differ. */
  readonly isHeadline?: true
  /** The difference between modes is reported. */
  readonly isDifference?: true
  /** `--precision` looks at it; a difference below this size does not matter. */
  readonly precisionFloor?: number
}

const one = <const Path extends string>(measure: Measure<Path>): Measure<Path> => measure

const shown = { isShown: true, isCompared: true } as const
const headline = { ...shown, isHeadline: true } as const

const requests = [
  one({
    path: "requests.accepted",
    label: "requests",
    unit: "count",
    better: null,
    pick: (run) => run.requests.accepted,
    note: "requests submitted in `whole`: `completed` + `errored` + `cancelled` + `pending`",
    isCompared: true
  }),
  one({
    path: "requests.completed",
    label: "completed",
    unit: "count",
    better: "more",
    pick: (run) => run.requests.completed,
    note: "those that were answered",
    isCompared: true
  }),
  one({
    path: "requests.errored",
    label: "errors in all",
    unit: "count",
    better: "less",
    pick: (run) => run.requests.errored,
    note: "requests submitted in `whole` that ended in an error, of any type [6]",
    ...headline,
    isDifference: true,
    precisionFloor: 1
  }),
  one({
    path: "requests.erroredOfWarmup",
    label: "errors of warm-up requests",
    unit: "count",
    better: "less",
    pick: (run) => run.requests.erroredOfWarmup,
    note: "requests submitted before `whole` that ended in an error in it: a rollout can cut those, too. No other number under `requests` counts them",
    isCompared: true
  }),
  one({
    path: "requests.cancelled",
    label: "cancelled by callers",
    unit: "count",
    better: "less",
    pick: (run) => run.requests.cancelled,
    note: "those that their callers gave up",
    isCompared: true
  }),
  one({
    path: "requests.pending",
    label: "still open at the end",
    unit: "count",
    better: "less",
    pick: (run) => run.requests.pending,
    note: "those without an outcome when the run ended",
    isCompared: true
  })
]

const fates = [
  [
    "atStart",
    "in flight at the rollout",
    null,
    "requests in flight on the runners of the first rollout, each when its runner was signalled [8.7]"
  ],
  ["drained", "drained", null, "of those: answered by their runner, whatever the status"],
  [
    "errored",
    "errored",
    "less",
    "of those: lost with their runner, by `request_timeout` or by a broken connection, and not retried: direct ones, and queued ones that may not be [5.2]"
  ],
  [
    "retried",
    "retried",
    "less",
    "of those: lost in the same ways, or answered with an error that is tried again, and back in the queue; what becomes of them there is not looked at here"
  ],
  ["cancelled", "cancelled", "less", "of those: given up by their callers meanwhile"],
  ["unresolved", "unresolved", "less", "of those: the run ended first"]
] as const satisfies ReadonlyArray<readonly [keyof Fates, string, Measure["better"], string]>
type Fate = keyof Fates

/** The fates of the requests in flight, of all of them or of one kind. */
const inFlight = <const Path extends string>(
  path: Path,
  kind: "direct" | "queued" | null,
  of: (run: RunMeasures) => Fates
): ReadonlyArray<Measure<`${Path}.${Fate}`>> =>
  fates.map(([fate, label, better, note]) => ({
    path: `${path}.${fate}`,
    label: fate === "atStart" || kind !== null ? label : `of those: ${label}`,
    unit: "count",
    better,
    pick: (run) => of(run)[fate],
    note: kind === null ? note : `${note}; ${kind} ones alone`,
    ...(kind === null ? { isCompared: true } : {}),
    ...(kind === null && fate === "atStart" ? { isShown: true } : {}),
    ...(kind === null && (fate === "errored" || fate === "retried") ? { isHeadline: true } : {}),
    ...(kind === null && fate === "retried" ? { isDifference: true } : {})
  }))

type Times = "latencyMs" | "queueWaitMs"
type Part = keyof Summary

const windowNames = ["whole", "before", "during", "after"] as const satisfies ReadonlyArray<keyof Windows>
const parts = ["mean", "p50", "p90", "p99", "max", "count"] as const satisfies ReadonlyArray<Part>

const timesOf = <const Path extends Times>(
  path: Path,
  label: string,
  note: string
): ReadonlyArray<Measure<`${Path}.${keyof Windows}.${Part}`>> =>
  windowNames.flatMap((window) =>
    parts.map((part) => {
      const isPercentile = (part === "p50" || part === "p99") && window !== "whole"
      const isDuring = isPercentile && window === "during"
      return {
        path: `${path}.${window}.${part}` as const,
        label: `${label} ${part}, ${window}`,
        unit: part === "count" ? "count" : "ms",
        better: part === "count" ? null : "less",
        pick: (run) => run[path][window]?.[part] ?? (part === "count" ? 0 : null),
        note,
        ...(isPercentile ? shown : {}),
        ...(isDuring && path === "latencyMs" ? { isHeadline: true } : {}),
        ...(isDuring && (path === "latencyMs" || part === "p99") ? { isDifference: true } : {}),
        ...(isDuring && path === "latencyMs" && part === "p99" ? { precisionFloor: 100 } : {})
      } satisfies Measure
    })
  )

const capacity = [
  one({
    path: "capacity.slotsReadyBefore",
    label: "slots ready before",
    unit: "count",
    better: null,
    pick: (run) => run.capacity.slotsReadyBefore,
    note: "slots of IDLE and RUNNING runners at a"
  }),
  one({
    path: "capacity.slotsReadyLowest",
    label: "slots ready, lowest",
    unit: "count",
    better: "more",
    pick: (run) => run.capacity.slotsReadyLowest,
    note: "the fewest in [a, b)",
    ...headline,
    isDifference: true
  }),
  one({
    path: "capacity.recoveryMs",
    label: "recovered after",
    unit: "ms",
    better: "less",
    pick: (run) => run.capacity.recoveryMs,
    note: "from a to the first moment at which as many slots are ready as before; 0 where they were not fewer once it had begun, even if they are later because another rollout or a deploy follows; null where it did not happen, for instance because demand fell [8.7], and under `none`",
    ...headline,
    isDifference: true,
    precisionFloor: 1000
  }),
  one({
    path: "graceNeededMs",
    label: "grace needed",
    unit: "ms",
    better: null,
    pick: (run) => run.graceNeededMs,
    note: "the longest remaining time of any request in flight at a; null where one was on a runner that hangs. Over the seeds it has `p95` and `max` besides: what suffices in 95 % of the runs, and in all; null where nothing does",
    ...shown
  }),
  one({
    path: "coldStarts",
    label: "cold starts",
    unit: "count",
    better: "less",
    pick: (run) => run.coldStarts,
    note: "runners created in [a, `run.for`)",
    ...shown
  }),
  one({
    path: "runnerSeconds.billable",
    label: "billed from then on",
    unit: "s",
    better: "less",
    pick: (run) => run.runnerSeconds.billable,
    note: "runner time in [a, `run.for`) that is billed [12]; beside it `byState`, the time in each state",
    ...shown,
    isDifference: true
  }),
  one({
    path: "cost.amount",
    label: "cost from then on",
    unit: "money",
    better: "less",
    pick: (run) => run.cost.amount,
    note: "billable seconds × GPUs × rate of the runner's type; null where that has no price. Beside it `currency`, and `ratePerHour` of the first machine type",
    ...headline,
    isDifference: true
  }),
  one({
    path: "lostWork.seconds",
    label: "work thrown away",
    unit: "s",
    better: "less",
    pick: (run) => run.lostWork.seconds,
    note: "in [a, `run.for`): how long the attempts had been worked on that ended with their runner, killed by the rollout, by the end of a grace period or by a fault",
    ...shown,
    isDifference: true
  }),
  one({
    path: "lostWork.amount",
    label: "  worth",
    unit: "money",
    better: "less",
    pick: (run) => run.lostWork.amount,
    note: "what was paid for that: the price of the runner's machines for that time, divided by its slots; null where a type has no price",
    isShown: true
  })
]

/**
 * Every measure of a run, in the order in which it is told. Report, table, page, comparison, assertions and
 * docs/measures.md are made of this.
 */
export const measures = [
  ...requests,
  ...inFlight("inFlight", null, (run) => run.inFlight),
  ...inFlight("inFlight.direct", "direct", (run) => run.inFlight.direct),
  ...inFlight("inFlight.queued", "queued", (run) => run.inFlight.queued),
  ...timesOf("latencyMs", "latency", "from submission to answer, retries included; completed requests only"),
  ...timesOf(
    "queueWaitMs",
    "queue wait",
    "time in line, before the first attempt and between attempts, retry back-off left out; every request with an outcome"
  ),
  ...capacity
] as const

/** The path of a measure in a report. */
export type MeasurePath = (typeof measures)[number]["path"]

/** The first key of a path. */
export type Head<Path extends string> = Path extends `${infer First}.${string}` ? First : Path
/** What follows the first key of a path. */
export type Tail<Path extends string, First extends string> = Path extends `${First}.${infer Rest}` ? Rest : never

/** An object that has a value at each path. */
export type Tree<Path extends string, Value> = {
  readonly [First in Head<Path>]: [Tail<Path, First>] extends [never] ? Value : Tree<Tail<Path, First>, Value>
}

/** Puts a value at the path of each measure; `wrap` closes an object once all is in it. */
export const tree = (
  value: (measure: Measure) => unknown,
  wrap: (fields: Record<string, unknown>) => unknown = (fields) => fields
): Record<string, unknown> => branch(measures, "", value, wrap)

const branch = (
  within: ReadonlyArray<Measure>,
  prefix: string,
  value: (measure: Measure) => unknown,
  wrap: (fields: Record<string, unknown>) => unknown
): Record<string, unknown> => {
  const fields: Record<string, unknown> = {}
  for (const measure of within) {
    const [first = "", ...rest] = measure.path.slice(prefix.length).split(".")
    if (first in fields) continue
    const inner = `${prefix}${first}.`
    const those = () => within.filter(({ path }) => path.startsWith(inner))
    fields[first] = rest.length === 0 ? value(measure) : wrap(branch(those(), inner, value, wrap))
  }
  return fields
}

const ofRequests = ["requests", "inFlight", "errorsByType", "latencyMs", "queueWaitMs", "lostWork"]

/** Whether a path begins as those of requests do; all else is of runners, which a rehearsal without traffic may be about. */
export const isOfRequests = (first: string): boolean => ofRequests.includes(first)

/** Whether it is of the requests of a run that failed, or of the work lost with them. */
export const isOfLosses = (path: string): boolean =>
  ["requests.errored", "errorsByType.", "lostWork."].some((start) => path.startsWith(start))

/** Whether a path begins as those of times do that mean nothing where an app cannot keep up. */
export const isOfTimes = (first = ""): boolean => first === "latencyMs" || first === "queueWaitMs"

/** The measure at a path. */
export const at = (path: MeasurePath): Measure => measures.find((measure) => measure.path === path)!

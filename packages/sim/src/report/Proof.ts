import { countsAll } from "@ebb/core/fleet/strategy/Strategies"
import * as Format from "@ebb/text/Format"
import { Option, Schema } from "effect"
import { isOfLosses, isOfRequests, isOfTimes } from "../measure/Measures.ts"
import type { ModeReport } from "../measure/ModeReport.ts"
import type { RehearsalReport } from "./RehearsalReport.ts"

type Path = ReadonlyArray<string>

/** Whether no request came to any run after the warm-up. */
export const isUnasked = ({ requests: { accepted } }: ModeReport): boolean => accepted === null || accepted.mean === 0

const unasked = (mode: ModeReport, [, first = ""]: Path): string | null =>
  isOfRequests(first) && isUnasked(mode) ? "no request came after the warm-up, so this proves nothing" : null

/**
 * How many requests were in flight when a rollout of the spec began, in all runs together; null where that is not known. One
 * that replaces first signals its runners later, those without requests first, so it does not tell unless there were none.
 */
export const metOf = ({ modes }: Pick<RehearsalReport, "modes">, rollout = 0): number | null => {
  if (modes.every(({ rollouts }) => rollouts[rollout] === undefined)) return null
  const telling = modes.filter(
    (mode) => countsAll(wayOf(mode, rollout)) && (rollout === 0 || mode.rollouts[rollout] !== undefined)
  )
  if (telling.length === 0) {
    const hadNone = modes.every(({ rollouts }) => (rollouts[rollout]?.running?.mean ?? 0) === 0)
    return hadNone ? 0 : null
  }
  const counts = telling.map(({ inFlight, rollouts }) => (rollout === 0 ? inFlight : rollouts[rollout])?.atStart)
  return Math.max(...counts.map((each) => Math.round((each?.mean ?? 0) * (each?.n ?? 0))))
}

const wayOf = ({ mode, rollouts }: ModeReport, rollout: number) => rollouts[rollout]?.mode ?? mode

/** In how many runs a rollout is over, as far as it has an account of its own. */
const isOver = ({ escalated, finished }: ModeReport["rollouts"][number]): number => finished + escalated

/** In how many runs of a mode all its rollouts finished, at most; 0 without one. */
export const finishedIn = ({ rollouts }: ModeReport): number =>
  rollouts.length === 0 ? 0 : Math.min(...rollouts.map(isOver))

/** Whether there were rollouts, and none of them met a request in any run. */
export const hasMetNone = (modes: RehearsalReport["modes"]): boolean => {
  const count = Math.max(0, ...modes.map(({ rollouts }) => rollouts.length))
  return count > 0 && Array.from({ length: count }, (_, rollout) => metOf({ modes }, rollout)).every((met) => met === 0)
}

/** Whether that none failed under a mode tells anything of it. */
export const tellsErrors = (mode: ModeReport, modes: RehearsalReport["modes"]): boolean =>
  !isUnasked(mode) && (mode.mode === "none" || !hasMetNone(modes))

const Traffic = Schema.Struct({
  traffic: Schema.optionalKey(Schema.Array(Schema.Struct({ kind: Schema.optionalKey(Schema.Unknown) })))
})

/** Whether the traffic of a spec has requests of that kind. */
const isSubmitted = (spec: RehearsalReport["spec"], kind: RequestKind): boolean => {
  const { traffic } = Option.getOrElse(Schema.decodeUnknownOption(Traffic)(spec), () => ({ traffic: undefined }))
  return traffic === undefined || traffic.some((source) => typeof source.kind !== "string" || source.kind === kind)
}

/** How many of those that the first rollout met were of one kind; null where that is not known. */
const metOfKind = ({ modes, spec }: RehearsalReport, kind: RequestKind): number | null => {
  if (!isSubmitted(spec, kind)) return 0
  const telling = modes.filter((mode) => countsAll(wayOf(mode, 0)))
  return telling.length === 0 ? null : Math.max(...telling.map(({ inFlight }) => inFlight[kind].atStart?.mean ?? 0))
}

/** What some runs may have no value of, and what that means; null of all else. */
const nullableAt = (mode: ModeReport, [first, at = "", measure]: Path) => {
  if (first === "graceNeededMs") return { found: mode.graceNeededMs, lacks: "no grace period is long enough" }
  const lacks = "capacity never comes back"
  if (first === "capacity" && at === "recoveryMs") return { found: mode.capacity.recoveryMs, lacks }
  const isOfOne = first === "rollouts" && measure === "recoveryMs"
  return isOfOne ? { found: mode.rollouts[Number(at)]?.recoveryMs ?? null, lacks } : null
}

type RequestKind = "direct" | "queued"
const kinds: ReadonlyArray<RequestKind> = ["direct", "queued"]
const fates = ["drained", "errored", "retried"]

const noneMet = (what: string): string => `no ${what} was in flight at the rollout in any run, so this proves nothing`

/** What becomes of the requests that a rollout meets, or of those of one kind, where it met none. */
const unmet = (report: RehearsalReport, [, first, at, measure = ""]: Path): string | null => {
  const isOfFirst = (first === "inFlight" && at !== "atStart" && measure !== "atStart") || first === "graceNeededMs"
  if (!isOfFirst && !(first === "rollouts" && fates.includes(measure))) return null
  if (metOf(report, isOfFirst ? 0 : Number(at)) === 0) return noneMet("request")
  const kind = isOfFirst ? kinds.find((each) => each === at) : undefined
  return kind !== undefined && metOfKind(report, kind) === 0 ? noneMet(`${kind} request`) : null
}

/** Errors of all requests of a run: of one whose rollouts met none they do not tell what a rollout does. */
const unmetByAny = ({ modes }: RehearsalReport, { mode }: ModeReport, [, ...rest]: Path): string | null =>
  mode !== "none" && isOfLosses(rest.join(".")) && hasMetNone(modes) ? noneMet("request") : null

/** Requests that came before the warm-up was over and that the rollout cut are no errors of those counted after it. */
const missesSome = ({ modes }: RehearsalReport, mode: ModeReport, [, first, at]: Path): string | null => {
  const isOfErrors = (first === "requests" && at === "errored") || first === "errorsByType"
  if (mode.mode === "none" || !isOfErrors) return null
  const of = (one: ModeReport | undefined): number => one?.requests.erroredOfWarmup?.mean ?? 0
  if (of(mode) <= of(modes.find((one) => one.mode === "none"))) return null
  const count = Format.counted(Math.ceil(of(mode)), "request")
  return `up to ${count} of the warm-up failed as well and are not among these: shorten run.warmup`
}

/** A rollout of the mode, or the one that the path names, did not finish in every run. */
const unfinished = ({ rollouts }: ModeReport, [, list, at, measure]: Path, seeds: number): string | null => {
  if (list === "rollouts" && measure === "finished") return null
  const concerned = list === "rollouts" ? rollouts.filter((_, index) => String(index) === at) : rollouts
  const least = Math.min(seeds, ...concerned.map(isOver))
  if (least === seeds) return null
  const runs = least === 0 ? (seeds === 1 ? "the run" : `any of ${seeds} runs`) : `${seeds - least} of ${seeds} runs`
  return `the rollout did not finish in ${runs}, so this proves nothing: raise run.for, or look at why it waits`
}

/** A rollout that escalated earlier ones has no account of its own in those runs (platform rule 8.6). */
const escalating = ({ rollouts }: ModeReport, [, list, at, measure]: Path, seeds: number): string | null => {
  const escalated = list === "rollouts" && measure !== "finished" ? (rollouts[Number(at)]?.escalated ?? 0) : 0
  if (escalated === 0) return null
  return `in ${escalated} of ${seeds} runs it escalated the rollout under way, which keeps the account, so this proves nothing`
}

/** A time of a mode that cannot keep up depends on how long the run is. */
const meaningless = ({ stability }: ModeReport, [, times, window]: Path, seeds: number): string | null => {
  if (!isOfTimes(times)) return null
  if (!stability.meaningless.some((each) => each === window)) return null
  return `the app cannot keep up in ${stability.runs} of ${seeds} runs, so its times depend on how long a run is and prove nothing`
}

/**
 * Runs in which capacity never came back, or no grace period was long enough, have no value: the mean of the others tells only of
 * the better ones.
 */
const lacking = (mode: ModeReport, [, ...rest]: Path, seeds: number): string | null => {
  const measure = nullableAt(mode, rest)
  if (measure === null || measure.found === null || measure.found.n === seeds) return null
  return `${measure.lacks} in ${seeds - measure.found.n} of ${seeds} runs, and its numbers are of the others`
}

/** Why what stands at a path proves nothing, whatever its value; null where it does. */
export const whyNoProof = (report: RehearsalReport, path: Path): string | null => {
  const { modes, seeds } = report
  const mode = modes.find((each) => each.mode === path[0])
  if (mode === undefined) return null
  return (
    unasked(mode, path) ??
    escalating(mode, path, seeds) ??
    unmet(report, path) ??
    unmetByAny(report, mode, path) ??
    missesSome(report, mode, path) ??
    unfinished(mode, path, seeds) ??
    meaningless(mode, path, seeds) ??
    lacking(mode, path, seeds)
  )
}

import { errorTypes } from "@ebb/core/fleet/ErrorType"
import { countsAll } from "@ebb/core/fleet/strategy/Strategies"
import * as Assertion from "@ebb/sim/report/Assertion"
import { isOfLosses, isOfRequests, isOfTimes, measures } from "@ebb/sim/measure/Measures"
import { metByRollouts, type RunMeasures } from "@ebb/sim/measure/RunMeasures"
import { saturationOf } from "@ebb/sim/measure/Stability"
import type { Mode, RehearsalSpec } from "@ebb/sim/spec/Spec"
import { modes } from "@ebb/core/domain/RolloutWay"
import { nearest } from "@ebb/text/Suggestion"
import { Result } from "effect"
import { ScalingError } from "./ScalingError.ts"

/** What must hold on the average of rollouts: a measure of a mode against a number. */
export interface Slo {
  readonly text: string
  readonly mode: Mode
  /** Where a report has it, without the mode. */
  readonly path: string
  readonly operator: "<" | "<=" | ">" | ">=" | "=="
  readonly limit: number
}

const errors = "errorsByType."

const paths = measures.map(({ path }): string => path)

/** The measures, and the errors of each type. */
const known: ReadonlyArray<string> = [...paths, ...errorTypes.map((name) => `${errors}${name}`)]

const helpFor = (path: string): string => {
  const meant = nearest(path, known)
  return meant === null ? "docs/measures.md has them all" : `did you mean ${meant}?`
}

/** Reads an SLO, which is written as the `--assert` of a rehearsal is. `where` says where it stands. */
export const parse = (text: string, where = `--slo "${text}"`): Result.Result<Slo, ScalingError> => {
  const fail = (problem: string) => Result.fail(new ScalingError({ where, problem }))
  const parsed = Assertion.read(text)
  if (Result.isFailure(parsed)) {
    return fail('must be PATH OP NUMBER, for example "replace.latencyMs.during.p99 < 10s"; OP is < <= > >= ==')
  }
  const { operator } = parsed.success
  const [name = "", ...rest] = parsed.success.path
  const mode = modes.find((each) => each === name)
  if (mode === undefined) return fail(`must begin with one of the modes ${modes.join(", ")}`)
  if (operator === "!=") return fail("has no side on which it holds; use < <= > >= or ==")
  const given = rest.join(".")
  const path = given.endsWith(".mean") && !paths.includes(given) ? given.slice(0, -".mean".length) : given
  if (!known.includes(path)) return fail(`there is no measure ${path || "in it"}; ${helpFor(path)}`)
  return Result.mapBoth(Assertion.parse(text), {
    onFailure: ({ problem }) => new ScalingError({ where, problem }),
    onSuccess: ({ limit }) => ({ text, mode, path, operator, limit })
  })
}

/** The value in one run; null where it has none. */
export const valueIn = ({ path }: Slo, run: RunMeasures): number | null =>
  path.startsWith(errors)
    ? (run.errorsByType[path.slice(errors.length)] ?? 0)
    : measures.find((measure) => measure.path === path)!.pick(run)

/** Whether requests were in flight at the first rollout, any at all and of each kind, and at any rollout. */
export interface Met {
  readonly any: boolean
  readonly direct: boolean
  readonly queued: boolean
  readonly atAnyRollout: boolean
}

export const metNone: Met = { any: false, direct: false, queued: false, atAnyRollout: false }

/** What one run met or another. */
export const eitherOf = (one: Met, other: Met): Met => ({
  any: one.any || other.any,
  direct: one.direct || other.direct,
  queued: one.queued || other.queued,
  atAnyRollout: one.atAnyRollout || other.atAnyRollout
})

/** Of what becomes of which requests that a rollout meets it is: where it meets none, it proves nothing. Null: of nothing such. */
export const ofMet = ({ mode, path }: Slo): keyof Met | null => {
  if (isOfLosses(path)) return mode === "none" ? null : "atAnyRollout"
  if (!/^inFlight\.(?!.*atStart)|^graceNeededMs/.test(path)) return null
  if (path.startsWith("inFlight.direct.")) return "direct"
  return path.startsWith("inFlight.queued.") ? "queued" : "any"
}

/**
 * What the runs of one seed met. One that replaces first signals its runners later, so if it is alone nobody knows of which
 * kind of those in the traffic they were.
 */
export const metIn = (
  { traffic }: RehearsalSpec,
  modes: ReadonlyArray<Mode>,
  runs: ReadonlyArray<RunMeasures>
): Met => {
  const any = runs[0]!.graceNeededMs !== 0
  const telling = runs.filter((_, at) => countsAll(modes[at]!))
  const has = (kind: "direct" | "queued") =>
    any &&
    traffic.some(({ queued }) => (kind === "direct" ? queued < 1 : queued > 0)) &&
    (telling.length === 0 || telling.some(({ inFlight }) => inFlight[kind].atStart > 0))
  const atAnyRollout = any || runs.some((run) => metByRollouts(run) > 0)
  return { any, direct: has("direct"), queued: has("queued"), atAnyRollout }
}

const firstOf = ({ path }: Slo): string => path.split(".", 1)[0]!

/** Whether it is about requests: where none came in any run, nothing is known of it. */
export const isAboutRequests = (slo: Slo): boolean => isOfRequests(firstOf(slo))

const isOfErrors = ({ mode, path }: Slo): boolean =>
  mode !== "none" && (path === "requests.errored" || path.startsWith(errors))

/** Whether it counts errors of which some may have come to requests of the warm-up, which are not among them. */
export const mayMissSome = (slo: Slo, run: RunMeasures): boolean => isOfErrors(slo) && run.requests.erroredOfWarmup > 0

/** Why a run proves nothing about it, as an assertion would say; null where it does. `none`: without a rollout, the same seed. */
export const flawIn = (slo: Slo, run: RunMeasures, none: RunMeasures | null): string | null => {
  if (mayMissSome(slo, run) && run.requests.erroredOfWarmup > (none?.requests.erroredOfWarmup ?? 0))
    return "requests of the warm-up failed as well and are not among these: shorten run.warmup"
  if (slo.mode !== "none" && run.rollouts.some(({ state }) => state !== "finished"))
    return "the rollout does not finish"
  if (slo.mode !== "none" && slo.path.startsWith("capacity.recoveryMs") && run.capacity.recoveryMs === null)
    return "capacity does not come back"
  if (slo.path.startsWith("graceNeededMs") && run.graceNeededMs === null) return "no grace period is long enough"
  return isOfTimes(firstOf(slo)) && saturationOf(run) !== null ? "the app cannot keep up" : null
}

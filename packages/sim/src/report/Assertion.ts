import * as ModeWords from "@ebb/core/domain/ModeWords"
import { errorTypes } from "@ebb/core/fleet/ErrorType"
import { runnerStateNames } from "@ebb/core/tables/RunnerState"
import { Result, Schema } from "effect"
import { quantityAt } from "./Quantity.ts"
import { whyNoProof } from "./Proof.ts"
import type { Checked, RehearsalReport } from "./RehearsalReport.ts"
import { Estimate } from "../measure/Statistics.ts"
import * as Comparison from "@ebb/text/Comparison"
import { nearest } from "@ebb/text/Suggestion"

/** An `--assert` that cannot be understood, or names a measure that the report does not have. */
export class AssertionError extends Schema.TaggedError<AssertionError>()("AssertionError", {
  text: Schema.String,
  problem: Schema.String
}) {
  override get message(): string {
    return `--assert "${this.text}": ${this.problem}`
  }
}

/** `PATH OP NUMBER[unit]`; PATH begins with a mode and may end in mean, low, high or n. */
export type Assertion = Comparison.Comparison

/** Reads an assertion, whatever it is about; what is wrong with one that is none comes back as an {@link AssertionError}. */
export const read = (text: string): Result.Result<Assertion, AssertionError> => {
  const parsed = Comparison.parse(text)
  if (parsed === null) {
    const problem = `must be PATH OP NUMBER, for example "graceful.inFlight.errored == 0"; OP is ${Comparison.operatorNames}`
    return Result.fail(new AssertionError({ text, problem }))
  }
  const [mode = "", ...rest] = parsed.path
  // Any name of a mode will do.
  return Result.succeed({ ...parsed, path: [ModeWords.parse(mode) ?? mode, ...rest] })
}

/** Reads an assertion about a rehearsal: its number has a unit that its measure can have. */
export const parse = (text: string): Result.Result<Assertion, AssertionError> =>
  Result.flatMap(read(text), (assertion) => {
    const quantity = quantityAt(assertion.path.slice(1))
    // Of what no report has the check tells what it has.
    if (quantity === null) return Result.succeed(assertion)
    const fitted = Comparison.fitted(assertion, quantity)
    return typeof fitted === "string"
      ? Result.fail(new AssertionError({ text, problem: fitted }))
      : Result.succeed(fitted)
  })

/**
 * Checks an assertion against a report. A measure without a value fails it, and so does one that proves nothing.
 *
 * @example
 * ```ts
 * import { Assertion, Experiment, Presets, Spec } from "@ebb/sim"
 * import { Effect, Result } from "effect"
 *
 * const set = ["run.seeds=3", "run.modes=[graceful]"]
 * const spec = Result.getOrThrow(Spec.parse(Presets.presets.llm, { file: "llm", readFile: () => "", set }))
 * const report = await Effect.runPromise(Experiment.run(spec))
 * const assertion = Result.getOrThrow(Assertion.parse("graceful.inFlight.errored == 0"))
 * console.log(Result.getOrThrow(Assertion.check(assertion, report)).passed)
 * ```
 */
export const check = (assertion: Assertion, report: RehearsalReport): Result.Result<Checked, AssertionError> => {
  const { path, text } = assertion
  const [whole, part] = partOf(report, path)
  const measure = measureAt(report, whole)
  if (measure === undefined) return Result.fail(new AssertionError({ text, problem: unknownPath(report, path) }))
  const because = whyNoProof(report, path)
  const value = measure?.[part]
  const passed = because === null && typeof value === "number" && Comparison.holds(assertion, value)
  return Result.succeed({ text, passed, actual: measure, value: value ?? null, because })
}

/** An estimate, and what else there is of one measure. */
type Parts = Estimate & Readonly<Record<string, number | null>>

/** The path of a measure and the part of it that is meant: the mean where none is named. */
const partOf = (report: RehearsalReport, path: ReadonlyArray<string>): readonly [ReadonlyArray<string>, string] => {
  const [whole, last] = [path.slice(0, -1), path.at(-1)!]
  const of = found(report, whole)
  const isPart = of === null ? isEstimatePart(last) : isMeasure(of) && last in of
  return isPart ? [whole, last] : [path, "mean"]
}

const isEstimatePart = (name: string): boolean => name in Estimate.fields

/** The measure at a path, null where no seed has a value; undefined where there is none. A plain number is one too. */
const measureAt = (report: RehearsalReport, path: ReadonlyArray<string>): Parts | null | undefined => {
  const value = found(report, path)
  const isPartOfMeasure = isMeasure(found(report, path.slice(0, -1)))
  if (typeof value === "number" && !isPartOfMeasure) return { mean: value, low: value, high: value, n: report.seeds }
  return isMeasure(value) ? value : undefined
}

const isMeasure = (value: unknown): value is Parts | null =>
  value === null || (typeof value === "object" && "mean" in value && typeof value.mean === "number")

const found = (report: RehearsalReport, path: ReadonlyArray<string>): unknown =>
  path.reduce<unknown>((value, key, index) => {
    if (index === 0) return report.modes.find(({ mode }) => mode === key)
    if (typeof value !== "object" || value === null) return undefined
    const next: unknown = Object.entries(value).find(([name]) => name === key)?.[1]
    const isKnown = namesOf(path[index - 1]!)?.includes(key) ?? false
    return next === undefined && isKnown ? none(report) : next
  }, undefined)

/** The names of all that a part of a report counts, where a report has only those that occur. */
const namesOf = (part: string): ReadonlyArray<string> | undefined =>
  part === "errorsByType" ? errorTypes : part === "byState" ? runnerStateNames : undefined

/** What no run had is 0 in all of them. */
const none = ({ seeds }: RehearsalReport): Estimate => ({ mean: 0, low: 0, high: 0, n: seeds })

const unknownPath = (report: RehearsalReport, path: ReadonlyArray<string>): string => {
  const known = path.findIndex((_, index) => found(report, path.slice(0, index + 1)) === undefined)
  const at = known < 0 ? path.length : known
  const where = at === 0 ? "the report" : path.slice(0, at).join(".")
  const names = namesIn(report, path.slice(0, at))
  const has = names.length === 0 ? "" : `; it has ${names.join(", ")}`
  if (path[at] === undefined) return `${where} is no measure${has}`
  const meant = nearest(path[at], names)
  return `there is no ${path[at]} in ${where}${meant === null ? has : `; did you mean ${meant}?`}`
}

const namesIn = (report: RehearsalReport, path: ReadonlyArray<string>): ReadonlyArray<string> => {
  if (path.length === 0) return report.modes.map(({ mode }) => mode)
  return namesOf(path.at(-1)!) ?? keysOf(found(report, path))
}

const keysOf = (value: unknown): ReadonlyArray<string> =>
  typeof value === "object" && value !== null ? Object.keys(value).filter((key) => key !== "mode") : []

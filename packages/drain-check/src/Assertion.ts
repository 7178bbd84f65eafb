import * as Comparison from "@ebb/text/Comparison"
import { nearest } from "@ebb/text/Suggestion"
import { Schema } from "effect"
import { type Asserted, CheckReport } from "./CheckReport.ts"

/** An assertion that cannot be understood, or that names what no report has. */
export class AssertionError extends Schema.TaggedError<AssertionError>()("AssertionError", {
  text: Schema.String,
  problem: Schema.String
}) {
  override get message(): string {
    return `--assert "${this.text}": ${this.problem}`
  }
}

/** Short names for what is asked most often; all are of the graceful rollout. */
const aliases: Readonly<Record<string, ReadonlyArray<string>>> = {
  refusedAfter: ["graceful", "after", "refused"],
  cutAfter: ["graceful", "after", "cut"],
  endsWithin: ["graceful", "exit", "afterMs"],
  idleEndsWithin: ["idle", "exit", "afterMs"],
  keptEndsWithin: ["kept", "exit", "afterMs"]
}

const rollouts = ["graceful", "kept", "idle", "force"]

/** From the top of the report: what begins with no rollout is of the graceful one. */
const fullPath = ([first = "", ...rest]: ReadonlyArray<string>): ReadonlyArray<string> => {
  const [, ...aliased] = [first, ...(aliases[first] ?? [])]
  if (aliased.length > 0) return [...aliased, ...rest]
  return rollouts.includes(first) || first in CheckReport.fields ? [first, ...rest] : ["graceful", first, ...rest]
}

/** What a schema has under a name, whatever of it may be null; undefined where nothing can be there. */
const fieldOf = (schema: unknown, key: string): unknown => {
  if (typeof schema !== "object" && typeof schema !== "function") return undefined
  if (schema === null) return undefined
  if ("fields" in schema) return at(schema.fields, key)
  if ("members" in schema && Array.isArray(schema.members)) {
    return schema.members.map((member) => fieldOf(member, key)).find((field) => field !== undefined)
  }
  // A record takes any name.
  return "key" in schema && "value" in schema ? schema.value : undefined
}

const at = (value: unknown, key: string): unknown =>
  typeof value === "object" && value !== null ? Object.entries(value).find(([name]) => name === key)?.[1] : undefined

const namesIn = (schema: unknown): ReadonlyArray<string> => {
  if ((typeof schema !== "object" && typeof schema !== "function") || schema === null) return []
  if ("fields" in schema && typeof schema.fields === "object") return Object.keys(schema.fields ?? {})
  return "members" in schema && Array.isArray(schema.members) ? schema.members.flatMap(namesIn) : []
}

/** What every report has at a path, or what is wrong with that path. */
const found = (path: ReadonlyArray<string>): { readonly schema: unknown } | { readonly problem: string } => {
  let schema: unknown = CheckReport
  for (const [index, key] of path.entries()) {
    const next = fieldOf(schema, key)
    const names = namesIn(schema)
    if (next === undefined) {
      const meant = nearest(key, index < 2 ? [...names, ...Object.keys(aliases)] : names)
      const where = index === 0 ? "the report" : path.slice(0, index).join(".")
      const has = names.length === 0 ? "" : `; it has ${names.join(", ")}`
      return { problem: `there is no ${key} in ${where}${meant === null ? has : `; did you mean ${meant}?`}` }
    }
    schema = next
  }
  const inside = namesIn(schema)
  return inside.length === 0 ? { schema } : { problem: `${path.join(".")} is no number; it has ${inside.join(", ")}` }
}

const isShown = (value: unknown): value is number | boolean | string =>
  typeof value === "number" || typeof value === "boolean" || typeof value === "string"

const numberOf = (value: unknown): number | null => {
  if (typeof value === "boolean") return value ? 1 : 0
  return typeof value === "number" ? value : null
}

const quantityOf = (path: ReadonlyArray<string>, schema: unknown): "truth" | "ms" | "number" => {
  if (schema === Schema.Boolean) return "truth"
  return path.at(-1)?.endsWith("Ms") === true ? "ms" : "number"
}

/** Reads an assertion: `PATH OP NUMBER[unit]`, as in "refusedAfter == 0" and "graceful.exit.afterMs < 3s". */
export const parse = (text: string): Comparison.Comparison => {
  const parsed = Comparison.parse(text)
  if (parsed === null) {
    const problem = `must be PATH OP NUMBER, for example "refusedAfter == 0" or "endsWithin < 3s"; OP is ${Comparison.operatorNames}`
    throw new AssertionError({ text, problem })
  }
  const path = fullPath(parsed.path)
  const at = found(path)
  if ("problem" in at) throw new AssertionError({ text, problem: at.problem })
  const fitted = Comparison.fitted(parsed, quantityOf(path, at.schema))
  if (typeof fitted === "string") throw new AssertionError({ text, problem: fitted })
  return fitted
}

/** Checks an assertion against a report. One about what was not seen fails. */
export const check = (comparison: Comparison.Comparison, report: CheckReport): Asserted => {
  const value = fullPath(comparison.path).reduce<unknown>(at, report)
  const number = numberOf(value)
  const passed = number !== null && Comparison.holds(comparison, number)
  return { text: comparison.text, passed, actual: isShown(value) ? value : null }
}

/** The report with assertions checked on it; it passes only if all of them hold. */
export const apply = (comparisons: ReadonlyArray<Comparison.Comparison>, report: CheckReport): CheckReport => {
  const assertions = comparisons.map((comparison) => check(comparison, report))
  return { ...report, assertions, passed: report.passed && assertions.every(({ passed }) => passed) }
}

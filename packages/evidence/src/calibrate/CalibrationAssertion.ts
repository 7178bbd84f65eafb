import type * as Assertion from "@ebb/sim/report/Assertion"
import * as Comparison from "@ebb/text/Comparison"
import { nearest } from "@ebb/text/Suggestion"
import type { Calibration } from "./Calibration.ts"
import type { CheckedMeasure } from "./Checked.ts"

/** What may be asked of a measure. */
const parts = {
  error: ({ errorPercent }: CheckedMeasure) => (errorPercent === null ? null : Math.abs(errorPercent) / 100),
  seen: ({ seen }: CheckedMeasure) => seen,
  predicted: ({ predicted }: CheckedMeasure) => predicted.mean,
  inside: ({ inside }: CheckedMeasure) => Number(inside)
} as const

const isPart = (word: string): word is keyof typeof parts => word in parts

export interface CheckedAssertion {
  readonly text: string
  readonly passed: boolean
  readonly actual: number | null
}

/** What a part of the measure at a path is, by their names. */
const quantityOf = (path: ReadonlyArray<string>, part: keyof typeof parts) => {
  if (part === "error") return "share"
  if (part === "inside") return "truth"
  if (path.some((name) => name.endsWith("Ms"))) return "ms"
  return path[0] === "errors" ? "share" : "number"
}

/** Why an assertion can be of no calibration; null where it can. */
export const problemOf = (assertion: Assertion.Assertion): string | null => {
  const { path } = assertion
  const last = path.at(-1) ?? ""
  if (!isPart(last)) return `must end in one of ${Object.keys(parts).join(", ")}, as in "latencyMs.p99.error < 10%"`
  const fitted = Comparison.fitted(assertion, quantityOf(path, last))
  return typeof fitted === "string" ? fitted : null
}

/** Checks it; a measure that could not be checked fails. A sentence where no measure has that name. */
export const check = (
  assertion: Assertion.Assertion,
  { measures, unchecked }: Calibration
): CheckedAssertion | string => {
  const { path, text } = assertion
  const name = path.slice(0, -1).join(".")
  const measure = measures.find((each) => each.measure === name)
  const part = path.at(-1)!
  if (measure === undefined || !isPart(part)) {
    const missing = unchecked.find((each) => each.measure === path[0])
    if (missing !== undefined) return { text, passed: false, actual: null }
    const names = measures.map((each) => each.measure)
    const meant = nearest(name, names)
    return `there is no measure ${name}; ${meant === null ? `there are ${names.join(", ")}` : `did you mean ${meant}?`}`
  }
  const actual = parts[part](measure)
  return { text, passed: actual !== null && Comparison.holds(assertion, actual), actual }
}

import { type Advice, type CheckReport, whysDown } from "../CheckReport.ts"
import * as Findings from "./Findings.ts"
import { gates } from "./Gates.ts"

/** Problems that are no evidence against the server's drain: it was never put to the test, or the test showed nothing. */
const proveNothing: ReadonlySet<Advice["code"]> = new Set([
  ...whysDown,
  ...gates.map(({ code }) => code),
  ...Findings.undecided
])

const doubts = ["no-second-start", "ends-unknown", "other-keys"] as const satisfies ReadonlyArray<Advice["code"]>

/** What is not known of answers that came in order. */
export type Doubt = (typeof doubts)[number]

/** The first of them; null without any. */
export const doubtOf = ({ advice }: Pick<CheckReport, "advice">): Doubt | null =>
  doubts.find((doubt) => advice.some(({ code }) => code === doubt)) ?? null

/** What a check comes to: a doubt where nothing was cut. */
export type Verdict = "drains" | Doubt | "unproved" | "does not drain" | "not checked"

/** The verdict on the server, whatever was asserted besides. */
export const of = (report: Pick<CheckReport, "advice">): Verdict => {
  const problems = report.advice.filter(({ isProblem }) => isProblem)
  if (problems.some(({ code }) => code === "unknown-protocol")) return "not checked"
  if (problems.some(({ code }) => !proveNothing.has(code))) return "does not drain"
  if (problems.length > 0) return "unproved"
  return doubtOf(report) ?? "drains"
}

import type { CheckReport } from "@ebb/drain-check/CheckReport"
import type { CheckSettings } from "@ebb/drain-check/CheckSettings"
import * as Verdict from "@ebb/drain-check/findings/Verdict"
import * as CheckText from "./CheckText.ts"

const doubted = (doubt: Verdict.Doubt): string => `Nothing was cut. ${CheckText.doubts[doubt]}`

const titles: Readonly<Record<Verdict.Verdict, string>> = {
  drains: "The server drains",
  "no-second-start": doubted("no-second-start"),
  "ends-unknown": doubted("ends-unknown"),
  "other-keys": doubted("other-keys"),
  unproved: "Whether the server drains was not proved",
  "does not drain": "The server does not drain",
  "not checked": "The server was not checked"
}

const headOf = (report: CheckReport): string => {
  const failed = report.assertions.filter(({ passed }) => !passed).length
  const gate = failed === 0 ? "" : `, ${failed} ${failed === 1 ? "check fails" : "checks fail"}`
  return `### ${titles[Verdict.of(report)]}${gate}`
}

/** Between more backticks than the text has in a row. */
const fenced = (text: string): ReadonlyArray<string> => {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length))
  const fence = "`".repeat(longest + 1)
  return [fence, text.trimEnd(), fence]
}

const page = { isTerminal: false, colour: false, unicode: true, columns: null }

/** A check for a comment: the verdict, and the answer as people read it. */
export const render = (report: CheckReport, settings: CheckSettings): string =>
  `${[headOf(report), "", ...fenced(CheckText.render(report, settings, page))].join("\n")}\n`

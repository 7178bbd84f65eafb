import * as ComparisonRows from "@ebb/sim/compare/ComparisonRows"
import * as ComparisonVerdict from "@ebb/sim/compare/ComparisonVerdict"
import * as AssertionText from "@ebb/sim/report/AssertionText"
import { hasMetNone } from "@ebb/sim/report/Proof"
import * as ModeRows from "@ebb/sim/report/ModeRows"
import * as Trouble from "@ebb/sim/report/Trouble"
import * as Verdict from "@ebb/sim/report/Verdict"
import * as Format from "@ebb/text/Format"
import { version } from "@ebb/text/Version"
import type { Rehearsed } from "./RehearsalText.ts"

/** The text as Markdown shows it, whatever it is. */
const plain = (text: string): string =>
  text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replace(/[\\`*_[\]|#~@]/g, (char) => `&#${char.charCodeAt(0)};`)
    .replace(/\s+/g, " ")

/** The text as code: between more backticks than it has in a row. */
const code = (text: string): string => {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length))
  const fence = "`".repeat(longest + 1)
  return `${fence} ${text.replace(/\s+/g, " ")} ${fence}`
}

const table = (headers: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>): ReadonlyArray<string> => {
  const line = (cells: ReadonlyArray<string>) => `| ${cells.join(" | ")} |`
  return [line(headers), line(headers.map((_, at) => (at === 0 ? ":--" : "--:"))), ...rows.map(line)]
}

const folded = (summary: string, lines: ReadonlyArray<string>): ReadonlyArray<string> => [
  "<details>",
  `<summary>${summary}</summary>`,
  "",
  ...lines,
  "",
  "</details>"
]

const compared = (modes: ReadonlyArray<ComparisonRows.ModeRows>): ReadonlyArray<string> =>
  table(
    ["", "here", "there", "difference"],
    modes.flatMap(({ difference, mode, rows }) => [
      [`**${mode}**`, "", "", difference],
      ...rows.map(({ difference, here, isDifferent, label, there }) =>
        [label, here, there, difference].map((cell, at) =>
          isDifferent && at === 3 ? `**${plain(cell)}**` : plain(cell)
        )
      )
    ])
  )

const sideBySide = ({ report }: Rehearsed): ReadonlyArray<string> => [
  ...table(
    ["", ...report.modes.map(({ mode }) => mode)],
    ModeRows.rows(report.modes).map(({ cells, label }) => [
      label.replace(/^ +/, (blanks) => "&nbsp;".repeat(2 * blanks.length)),
      ...cells.map(plain)
    ])
  ),
  ...[...ModeRows.ofSeveral(report), ...ModeRows.notes(report)].flatMap((note) => ["", plain(note)])
]

const assertions = ({ report }: Rehearsed): ReadonlyArray<string> =>
  (report.assertions ?? []).map((one) => `- ${one.passed ? "✅" : "❌"} ${code(AssertionText.line(one))}`)

const warningsOf = ({ report }: Rehearsed): ReadonlyArray<string> => {
  const warnings = Trouble.warnings(report)
  return warnings.length === 0 ? [] : [plain(warnings.join(" ")), ""]
}

const adviceOf = ({ report }: Rehearsed): string => {
  const { advice } = report
  if (report.ownModes?.isAll === true) return "Nothing is advised: the spec fixes how it rolls out."
  if (hasMetNone(report.modes)) return "Nothing is advised: no rollout met a request."
  if (advice === null) return "Without a rollout there is nothing to advise."
  if (Verdict.advised(report) === null) return "Nothing is advised: no rollout ended."
  return `**Advice: ${advice.mode}.** ${plain(advice.because)}`
}

const headOf = ({ name, report }: Rehearsed, failed: number): string => {
  const { against, modes } = report
  const gate = failed === 0 ? "" : `, ${failed} ${failed === 1 ? "check fails" : "checks fail"}`
  const direction = against === undefined ? null : ComparisonVerdict.of(against, hasMetNone(modes)).direction
  const verdict = direction === null ? "" : `: ${direction}`
  return `### Rollout of ${plain(name)}${verdict}${gate}`
}

/** A rehearsal for a comment: the verdict, what was asserted, the table; the rest is folded. */
export const render = (rehearsed: Rehearsed): string => {
  const { again, report } = rehearsed
  const { against } = report
  const failed = (report.assertions ?? []).filter(({ passed }) => !passed).length
  const all = sideBySide(rehearsed)
  const repeat = [
    `Again: ${code(again)}`,
    "",
    `ebb ${version}, ${Format.counted(report.seeds, "seed")} a mode, virtual time.`
  ]
  const answer =
    against === undefined
      ? [adviceOf(rehearsed)]
      : [
          plain(ComparisonVerdict.of(against, hasMetNone(report.modes)).text),
          "",
          ...compared(ComparisonRows.short(against))
        ]
  const details =
    against === undefined
      ? folded("Every measure", [...all, "", ...repeat])
      : [
          ...folded(`Every measure, here and there`, [
            ...compared(ComparisonRows.full(against)),
            "",
            plain(ComparisonRows.legend)
          ]),
          "",
          ...folded(`The ways of rolling out, here`, [adviceOf(rehearsed), "", ...all, "", ...repeat])
        ]
  const checks = assertions(rehearsed)
  const lines = [
    headOf(rehearsed, failed),
    "",
    ...warningsOf(rehearsed),
    ...answer,
    "",
    ...(checks.length === 0 ? [] : [...checks, ""])
  ]
  return `${[...lines, ...details].join("\n")}\n`
}

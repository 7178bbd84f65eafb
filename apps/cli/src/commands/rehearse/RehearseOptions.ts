import * as ShellWords from "@ebb/text/ShellWords"
import * as WithJobs from "../../jobs/WithJobs.ts"
import * as Argument from "../../kit/Argument.ts"
import { BadValue } from "../../kit/Grammar.ts"
import { quote } from "../../kit/Text.ts"
import * as RunOptions from "../../spec/RunOptions.ts"
import type { SpecText } from "../../spec/SpecFile.ts"

const share = (word: string): number => {
  const [, digits, percent] = /^(\d+(?:\.\d+)?)(%?)$/.exec(word) ?? []
  const value = Number(digits) / (percent === "%" ? 100 : 1)
  if (!(value > 0 && value < 1)) throw new BadValue(`must be a share like 5% or 0.05, got ${quote(word)}`)
  return value
}

/** What `ebb rehearse` accepts. */
export const accepts = {
  ...RunOptions.accepts,
  assert: Argument.repeated(
    "--assert",
    'exit 1 unless it holds, such as "graceful.inFlight.errored == 0" (may be repeated)',
    { metavar: "CHECK" }
  ),
  precision: Argument.parsed("--precision", share, "add seeds until the intervals are this narrow, such as 5%", {
    metavar: "P",
    show: (value) => `${+(value * 100).toPrecision(6)}%`
  }),
  ...WithJobs.accepts,
  details: Argument.flag("--details", "show every measure of every mode as well, and how it went over time"),
  live: Argument.flag("--live", "run it in real time, over HTTP against sandboxes of its own"),
  journal: Argument.text("--journal", "write the journal of the first seed; needs exactly one mode", {
    metavar: "FILE"
  }),
  out: Argument.text("--out", "write the JSON report to FILE as well", { metavar: "FILE" }),
  html: Argument.text("--html", "write the report to FILE as a page that needs no network", { metavar: "FILE" }),
  markdown: Argument.text("--markdown", "write the report to FILE as Markdown, for a comment on a pull request", {
    metavar: "FILE"
  }),
  against: Argument.text("--against", "compare with another spec of the same app, under the same modes and seeds", {
    metavar: "OTHER",
    exclusive: "other"
  }),
  againstRef: Argument.text("--against-ref", "compare with this spec as git has it at REF, such as origin/main", {
    metavar: "REF",
    exclusive: "other"
  }),
  play: Argument.text("--play", "write a page to FILE that simulates the spec by itself, with sliders", {
    metavar: "FILE"
  }),
  ...Argument.output,
  ...RunOptions.spec
}

export type Given = Argument.Given<typeof accepts>

/** The words that give these values. */
export const words = (given: Partial<Given>): ReadonlyArray<string> => Argument.wordsOf(accepts, given)

/** The command that gives the same result again, seed included; files that it writes are left out. */
export const repeat = (source: SpecText, given: Given, seed: number): string => {
  const { html: _html, journal: _journal, markdown: _markdown, out: _out, play: _play, ...asked } = given
  const { details: _details, jobs: _jobs, preset: _preset, spec: _spec, ...rest } = asked
  return ShellWords.command(["ebb", "rehearse", ...source.words, ...words({ ...rest, seed })])
}

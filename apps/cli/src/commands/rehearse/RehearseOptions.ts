import * as ModeWords from "@ebb/core/domain/ModeWords"
import { modes } from "@ebb/core/domain/RolloutWay"
import * as Precision from "@ebb/sim/measure/Precision"
import * as Presets from "@ebb/sim/spec/Presets"
import * as ShellWords from "@ebb/text/ShellWords"
import * as WithJobs from "../../jobs/WithJobs.ts"
import * as Argument from "../../kit/Argument.ts"
import { BadValue } from "../../kit/Grammar.ts"
import { quote } from "../../kit/Text.ts"
import type { Override, SpecText } from "../../spec/SpecFile.ts"

/** Any name of a mode as the one that a spec has for it. */
const modeOf = (word: string): string => {
  const mode = ModeWords.parse(word)
  if (mode !== null) return mode
  throw new BadValue(`invalid choice: ${quote(word)} (choose from ${modes.map((mode) => `'${mode}'`).join(", ")})`)
}

const seedCount = (word: string): number => {
  const count = Number(word)
  if (!/^\d+$/.test(word) || count < 1 || count > Precision.seedsMax) {
    throw new BadValue(`must be a whole number from 1 to ${Precision.seedsMax}, got ${quote(word)}`)
  }
  return count
}

const share = (word: string): number => {
  const [, digits, percent] = /^(\d+(?:\.\d+)?)(%?)$/.exec(word) ?? []
  const value = Number(digits) / (percent === "%" ? 100 : 1)
  if (!(value > 0 && value < 1)) throw new BadValue(`must be a share like 5% or 0.05, got ${quote(word)}`)
  return value
}

/** What `ebb rehearse` accepts. */
export const accepts = {
  preset: Argument.choice("--preset", Presets.names, "a spec that ships with ebb", { exclusive: "spec" }),
  set: Argument.repeated("--set", "replace one value of the spec, such as run.window=5m (may be repeated)", {
    metavar: "PATH=VALUE"
  }),
  seeds: Argument.parsed("--seeds", seedCount, "how many seeds, so how many runs of each mode", { metavar: "N" }),
  seed: Argument.int("--seed", "the first seed", { metavar: "N" }),
  for: Argument.text("--for", "how much time to simulate, such as 30m or 1h", { metavar: "DURATION" }),
  mode: Argument.repeated("--mode", "run this mode only (may be repeated)", {
    metavar: "{none,graceful,replace,force}",
    convert: modeOf
  }),
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
  against: Argument.text("--against", "hold the spec against another of the same app: same modes, same seeds", {
    metavar: "OTHER",
    exclusive: "other"
  }),
  againstRef: Argument.text("--against-ref", "the same against this spec as git has it at REF, such as origin/main", {
    metavar: "REF",
    exclusive: "other"
  }),
  play: Argument.text("--play", "write a page to FILE that simulates the spec by itself, with sliders", {
    metavar: "FILE"
  }),
  ...Argument.output,
  spec: Argument.optionalWord("a YAML or JSON file", { metavar: "SPEC", exclusive: "spec" })
}

export type Given = Argument.Given<typeof accepts>

/** The words that give these values. */
export const words = (given: Partial<Given>): ReadonlyArray<string> => Argument.wordsOf(accepts, given)

/** The values of the spec that were replaced: by `--set`, and by the options that are short for one, which win. */
export const overrides = ({ for: duration, mode, seed, seeds, set }: Given): ReadonlyArray<Override> => {
  const override = (assignment: string, given: Partial<Given>): Override => ({
    assignment,
    typed: words(given).join(" ")
  })
  return [
    ...set.map((assignment) => override(assignment, { set: [assignment] })),
    ...(seeds === undefined ? [] : [override(`run.seeds=${seeds}`, { seeds })]),
    ...(seed === undefined ? [] : [override(`run.seed=${seed}`, { seed })]),
    ...(duration === undefined ? [] : [override(`run.for=${duration}`, { for: duration })]),
    ...(mode.length === 0 ? [] : [override(`run.modes=[${[...new Set(mode)].join(", ")}]`, { mode })])
  ]
}

/** The command that gives the same result again, seed included; files that it writes are left out. */
export const repeat = (source: SpecText, given: Given, seed: number): string => {
  const { html: _html, journal: _journal, markdown: _markdown, out: _out, play: _play, ...asked } = given
  const { details: _details, jobs: _jobs, preset: _preset, spec: _spec, ...rest } = asked
  return ShellWords.command(["ebb", "rehearse", ...source.words, ...words({ ...rest, seed })])
}

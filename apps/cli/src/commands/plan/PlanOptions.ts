import * as ModeWords from "@ebb/core/domain/ModeWords"
import { wayNames } from "@ebb/core/domain/RolloutWay"
import { graceSecondsMost } from "@ebb/plan/grace/Periods"
import { seedsMost } from "@ebb/sim/spec/Seeds"
import * as Presets from "@ebb/sim/spec/Presets"
import type { Mode } from "@ebb/sim/spec/Spec"
import * as WithJobs from "../../jobs/WithJobs.ts"
import * as Argument from "../../kit/Argument.ts"
import { BadValue } from "../../kit/Grammar.ts"
import { quote } from "../../kit/Text.ts"
import type { Override } from "../../spec/SpecFile.ts"

const modeOf = (word: string): Exclude<Mode, "none"> => {
  const mode = ModeWords.parse(word)
  if (mode !== null && mode !== "none") return mode
  throw new BadValue(`invalid choice: ${quote(word)} (choose from ${wayNames.map((way) => `'${way}'`).join(", ")})`)
}

const countOf =
  (most: number) =>
  (word: string): number => {
    const count = Number(word)
    if (/^\d+$/.test(word) && count >= 1 && count <= most) return count
    throw new BadValue(`must be a whole number from 1 to ${most}, got ${quote(word)}`)
  }

const dayMs = 24 * 3_600_000
const unitMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: dayMs }
const overLeastMs = 15 * 60_000
const overMostMs = 31 * dayMs

const overOf = (word: string): number => {
  const [, digits, unit = ""] = /^(\d+)([mhd])$/.exec(word) ?? []
  const ms = Number(digits) * (unitMs[unit] ?? 0)
  if (ms >= overLeastMs && ms <= overMostMs) return ms
  throw new BadValue(`must be from 15m to 31d, such as 24h or 7d, got ${quote(word)}`)
}

/** Times of at most an hour, as grace periods are, in seconds. */
const timesOf = (word: string): ReadonlyArray<number> =>
  word.split(",").map((text) => {
    const [, digits, unit] = /^(\d+)([smh])$/.exec(text.trim()) ?? []
    const seconds = (Number(digits) * (unitMs[unit ?? ""] ?? 1000)) / 1000
    if (seconds <= graceSecondsMost) return seconds
    throw new BadValue(`must be times of whole seconds up to 1h, such as 3s,5s,10s, got ${quote(text.trim())}`)
  })

const runsMost = 1_000_000

/** What a plan answers, in this order. */
const partNames = ["grace", "way", "when", "scaling"] as const

/** What `ebb plan` accepts. */
export const accepts = {
  preset: Argument.choice("--preset", Presets.names, "a spec that ships with ebb"),
  set: Argument.repeated("--set", "replace one value of the spec, such as run.window=5m (may be repeated)", {
    metavar: "PATH=VALUE"
  }),
  seeds: Argument.parsed("--seeds", countOf(seedsMost), "how many seeds (scaling: see --runs)", {
    metavar: "N"
  }),
  seed: Argument.int("--seed", "the first seed", { metavar: "N" }),
  at: Argument.parsed("--at", timesOf, "grace: also show these grace periods, such as 3s,5s,10s", {
    metavar: "TIMES",
    show: (seconds) => seconds.map((each) => `${each}s`).join(",")
  }),
  cost: Argument.repeated(
    "--cost",
    "way: what damage costs you, such as error=0.02USD or degraded=5USD/m (may be repeated)",
    { metavar: "WHAT=AMOUNT" }
  ),
  mode: Argument.parsed("--mode", modeOf, "when: the way of rolling out (default: that of the spec)", {
    metavar: "{graceful,replace,force}"
  }),
  over: Argument.parsed("--over", overOf, "when: how far to look ahead, such as 7d (default: 24h)", {
    metavar: "DURATION"
  }),
  slo: Argument.repeated(
    "--slo",
    'scaling: a target that must be met, such as "replace.latencyMs.during.p99 < 10s" (may be repeated)',
    { metavar: "CHECK" }
  ),
  let: Argument.repeated(
    "--let",
    "scaling: a setting that may change, and its range, such as scaling.min_concurrency=1..10 (may be repeated)",
    {
      metavar: "PATH=RANGE"
    }
  ),
  runs: Argument.parsed("--runs", countOf(runsMost), "scaling: stop after N runs (default: 20000)", {
    metavar: "N"
  }),
  ...WithJobs.accepts,
  html: Argument.text("--html", "write the plan to FILE as a page that needs no network", { metavar: "FILE" }),
  write: Argument.text("--write", "write the spec with the advice applied to FILE", { metavar: "FILE" }),
  ...Argument.output,
  words: Argument.words("one part of the plan only: grace, way, when or scaling; then a YAML or JSON file", {
    metavar: "[PART] [SPEC]",
    orWords: partNames
  })
}

export type Given = Argument.Given<typeof accepts>

/** The options that only one part of a plan reads. */
const ownOptions = {
  grace: ["at"],
  way: ["cost"],
  when: ["mode", "over"],
  scaling: ["slo", "let", "runs"]
} as const satisfies Readonly<Record<(typeof partNames)[number], ReadonlyArray<keyof Given>>>

const isGiven = (value: Given[keyof Given]): boolean => (Array.isArray(value) ? value.length > 0 : value !== undefined)

/** Why an option is of no use to the part asked for; null where each is. */
export const misplaced = (given: Given, asked: string): string | null => {
  for (const [part, options] of Object.entries(ownOptions)) {
    const option = options.find((key) => isGiven(given[key]))
    if (part !== asked && option !== undefined) {
      return `--${option} belongs to plan ${part}, plan ${asked} has no use for it: leave it out, or ask for the ${part}`
    }
  }
  return asked === "scaling" && given.seeds !== undefined
    ? "plan scaling has no use for --seeds: each candidate gets as many seeds as it takes to tell; limit all runs with --runs"
    : null
}

/** What a spec that is written has in place of its own value; `typed` null: by the advice. */
export interface Kept {
  readonly assignment: string
  readonly typed: string | null
}

/** The values of the spec that were replaced by `--set`. */
export const set = ({ set: assignments }: Given): ReadonlyArray<Override> =>
  assignments.map((assignment) => ({
    assignment,
    typed: Argument.wordsOf(accepts, { set: [assignment] }).join(" ")
  }))

/** The values of the spec that were replaced. */
export const overrides = (given: Given): ReadonlyArray<Override> => [
  ...set(given),
  ...(given.seeds === undefined ? [] : [{ assignment: `run.seeds=${given.seeds}`, typed: `--seeds ${given.seeds}` }]),
  ...(given.seed === undefined ? [] : [{ assignment: `run.seed=${given.seed}`, typed: `--seed ${given.seed}` }])
]

import * as ModeWords from "@ebb/core/domain/ModeWords"
import { modes } from "@ebb/core/domain/RolloutWay"
import { seedsMost } from "@ebb/sim/spec/Seeds"
import * as Presets from "@ebb/sim/spec/Presets"
import * as Argument from "../kit/Argument.ts"
import { BadValue } from "../kit/Grammar.ts"
import { quote } from "../kit/Text.ts"
import type { Override } from "./SpecFile.ts"

/** Any name of a mode as the one that a spec has for it. */
const modeOf = (word: string): string => {
  const mode = ModeWords.parse(word)
  if (mode !== null) return mode
  throw new BadValue(`invalid choice: ${quote(word)} (choose from ${modes.map((mode) => `'${mode}'`).join(", ")})`)
}

const seedCount = (word: string): number => {
  const count = Number(word)
  if (!/^\d+$/.test(word) || count < 1 || count > seedsMost) {
    throw new BadValue(`must be a whole number from 1 to ${seedsMost}, got ${quote(word)}`)
  }
  return count
}

/** What a command that simulates a spec accepts about which spec, and how much of it. */
export const accepts = {
  preset: Argument.choice("--preset", Presets.names, "a spec that ships with ebb", { exclusive: "spec" }),
  set: Argument.repeated("--set", "replace one value of the spec, such as run.window=5m (may be repeated)", {
    metavar: "PATH=VALUE"
  }),
  seeds: Argument.parsed("--seeds", seedCount, "how many seeds, and so runs of each mode", { metavar: "N" }),
  seed: Argument.int("--seed", "the first seed", { metavar: "N" }),
  for: Argument.text("--for", "how much time to simulate, such as 30m or 1h", { metavar: "DURATION" }),
  mode: Argument.repeated("--mode", "run this mode only (may be repeated)", {
    metavar: `{${modes.join(",")}}`,
    convert: modeOf
  })
}

/** Behind the other options, as it has its place among the words. */
export const spec = { spec: Argument.optionalWord("a YAML or JSON file", { metavar: "SPEC", exclusive: "spec" }) }

export type Given = Argument.Given<typeof accepts>

const words = (given: Partial<Given>): ReadonlyArray<string> => Argument.wordsOf(accepts, given)

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

import { Schema } from "effect"
import type { Option } from "../kit/Grammar.ts"
import * as RunnerTables from "./RunnerTables.ts"
import * as Since from "../kit/Since.ts"

/** Which runners a list of them is to show. */
export const options: ReadonlyArray<Option> = [
  {
    kind: "one",
    names: ["--since"],
    key: "since",
    convert: Since.withinDay,
    help: "also those that ended since then, at most a day back"
  },
  {
    kind: "list",
    names: ["--state"],
    key: "state",
    choices: RunnerTables.stateChoices,
    help: "only runners in these states"
  }
]

/** What those decode to. */
export const words = {
  since: Schema.optionalKey(Schema.String),
  state: Schema.optionalKey(Schema.Array(Schema.Literals(RunnerTables.stateChoices)))
}

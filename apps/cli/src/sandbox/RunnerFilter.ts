import * as Argument from "../kit/Argument.ts"
import * as Since from "../kit/Since.ts"
import * as RunnerTables from "./RunnerTables.ts"

/** Which runners a list of them is to show. */
export const options = {
  since: Argument.parsed("--since", Since.withinDay, "also those that ended since then, at most a day back"),
  state: Argument.listOf("--state", RunnerTables.stateChoices, "only runners in these states")
}

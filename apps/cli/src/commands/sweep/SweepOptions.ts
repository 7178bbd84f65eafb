import * as Vary from "@ebb/sim/sweep/Vary"
import { swept } from "@ebb/sim/sweep/Trial"
import { nearest } from "@ebb/text/Suggestion"
import { Result } from "effect"
import * as Database from "../../cluster/Database.ts"
import * as WithJobs from "../../jobs/WithJobs.ts"
import * as Argument from "../../kit/Argument.ts"
import { BadValue } from "../../kit/Grammar.ts"
import { quote } from "../../kit/Text.ts"
import * as RunOptions from "../../spec/RunOptions.ts"

const checkVary = (word: string): string => {
  const parsed = Vary.parse(word)
  if (Result.isSuccess(parsed)) return word
  throw new BadValue(`${parsed.failure}, got ${quote(word)}`)
}

const pointCount = (word: string): number => {
  const count = Number(word)
  if (/^\d+$/.test(word) && count >= 1) return count
  throw new BadValue(`must be a whole number from 1, got ${quote(word)}`)
}

const paths = swept.map(({ path }) => path)

const measurePath = (word: string): string => {
  if (paths.includes(word)) return word
  const near = nearest(word, paths)
  const meant = near === null ? `choose from ${paths.join(", ")}` : `did you mean ${near}?`
  throw new BadValue(`there is no measure ${quote(word)}; ${meant}`)
}

/** What `ebb sweep` accepts. */
export const accepts = {
  vary: Argument.repeated("--vary", "a field of the spec, and the values to try for it (may be repeated)", {
    metavar: "PATH=A,B,C",
    convert: checkVary
  }),
  sample: Argument.parsed("--sample", pointCount, "run only N of the combinations, spread evenly over the values", {
    metavar: "N"
  }),
  ...RunOptions.accepts,
  measure: Argument.parsed("--measure", measurePath, "the measure that the table shows (default: requests.errored)", {
    metavar: "PATH"
  }),
  out: Argument.text(
    "--out",
    "append the rows to FILE, as JSON Lines if it ends in .jsonl, else as CSV; resumes an interrupted sweep",
    {
      metavar: "FILE"
    }
  ),
  ...WithJobs.accepts,
  cluster: Database.option("let the workers of that cluster (see ebb worker) run the trials"),
  ...Argument.output,
  ...RunOptions.spec
}

export type Given = Argument.Given<typeof accepts>

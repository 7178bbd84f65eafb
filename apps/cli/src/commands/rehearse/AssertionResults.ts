import * as Assertion from "@ebb/sim/report/Assertion"
import * as AssertionText from "@ebb/sim/report/AssertionText"
import type { Checked, RehearsalReport } from "@ebb/sim/report/RehearsalReport"
import { nearest } from "@ebb/text/Suggestion"
import { Effect, Result } from "effect"
import * as MessageBlock from "../../kit/MessageBlock.ts"
import { InvalidInput } from "../../kit/Errors.ts"
import { Output } from "../../kit/Output.ts"

const understood = <A>(result: Result.Result<A, Assertion.AssertionError>): Effect.Effect<A, InvalidInput> =>
  Result.isSuccess(result)
    ? Effect.succeed(result.success)
    : Effect.fail(new InvalidInput({ text: result.failure.message, because: result.failure }))

/** Reads the texts of `--assert`; those of modes that will not run are refused before anything runs. */
export const parse = Effect.fnUntraced(function* (texts: ReadonlyArray<string>, modes: ReadonlyArray<string>) {
  const assertions = yield* Effect.forEach(texts, (text) => understood(Assertion.parse(text)))
  for (const { path, text } of assertions) {
    const [mode = ""] = path
    if (modes.includes(mode)) continue
    const meant = nearest(mode, modes)
    const hint = meant === null ? "" : `; did you mean ${meant}?`
    const problem = `must begin with one of the modes ${modes.join(", ")}${hint}`
    return yield* new InvalidInput({ text: `--assert "${text}": ${problem}` })
  }
  return assertions
})

/** What came of the assertions in this report. */
export const check = (assertions: ReadonlyArray<Assertion.Assertion>, report: RehearsalReport) =>
  Effect.forEach(assertions, (one) => understood(Assertion.check(one, report)))

/** Prints every check with its interval, below the table or, under JSON, on stderr; answers the exit code. */
export const print = Effect.fnUntraced(function* (checks: ReadonlyArray<Checked>) {
  const output = yield* Output
  const [terminal, write] = output.json ? [output.stderr, output.note] : [output.stdout, output.result]
  for (const [at, one] of checks.entries()) {
    const gap = at === 0 && !output.json ? "\n" : ""
    yield* write(
      gap +
        (one.passed
          ? MessageBlock.success(terminal, AssertionText.line(one))
          : MessageBlock.error(terminal, AssertionText.line(one)))
    )
  }
  return checks.every(({ passed }) => passed) ? 0 : 1
})

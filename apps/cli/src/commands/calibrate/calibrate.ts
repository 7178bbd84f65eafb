import { calibrate as predict, type Calibration } from "@ebb/evidence/calibrate/Calibration"
import * as CalibrationAssertion from "@ebb/evidence/calibrate/CalibrationAssertion"
import { split } from "@ebb/evidence/calibrate/Split"
import * as Assertion from "@ebb/sim/report/Assertion"
import { seedsMost } from "@ebb/sim/spec/Seeds"
import { Effect, Result } from "effect"
import * as SourceOptions from "../../evidence/SourceOptions.ts"
import * as Argument from "../../kit/Argument.ts"
import { InvalidInput } from "../../kit/Errors.ts"
import * as Files from "../../kit/Files.ts"
import { BadValue } from "../../kit/Grammar.ts"
import * as Leaf from "../../kit/Leaf.ts"
import * as MessageBlock from "../../kit/MessageBlock.ts"
import { Output } from "../../kit/Output.ts"
import * as OutputFiles from "../../kit/OutputFiles.ts"
import * as Progress from "../../kit/Progress.ts"
import { quote } from "../../kit/Text.ts"
import * as SpecFile from "../../spec/SpecFile.ts"
import * as CalibrationPage from "./CalibrationPage.ts"
import * as CalibrationText from "./CalibrationText.ts"

const share = (word: string): number => {
  const [, digits, percent] = /^(\d+(?:\.\d+)?)(%?)$/u.exec(word) ?? []
  const value = Number(digits) / (percent === "%" ? 100 : 1)
  if (!(value > 0 && value < 1)) throw new BadValue(`must be a share like 50% or 0.5, got ${quote(word)}`)
  return value
}

const seedCount = (word: string): number => {
  const count = Number(word)
  if (/^\d+$/u.test(word) && count >= 2 && count <= seedsMost) return count
  throw new BadValue(`must be a whole number from 2 to ${seedsMost}, got ${quote(word)}`)
}

const accepts = {
  seen: Argument.required(
    Argument.text("--seen", "what was seen: log:FILE, trace:FILE, fal:APP, sandbox:APP", { metavar: "SOURCE" })
  ),
  split: Argument.parsed("--split", share, "the share of the time to fit to; the rest is predicted (default: 50%)", {
    metavar: "P"
  }),
  seeds: Argument.parsed("--seeds", seedCount, "how many runs predict (default: 20)", { metavar: "N" }),
  assert: Argument.repeated(
    "--assert",
    'exit 1 unless it holds, such as "latencyMs.p99.error < 10%" (may be repeated)',
    {
      metavar: "CHECK"
    }
  ),
  html: Argument.text("--html", "write the table to FILE as a page that needs no network", { metavar: "FILE" }),
  ...SourceOptions.accepts,
  ...Argument.output,
  spec: Argument.word("a YAML or JSON file", { metavar: "SPEC" })
}
type Given = Argument.Given<typeof accepts>

const asserted = (texts: ReadonlyArray<string>) =>
  Effect.forEach(texts, (text) => {
    const parsed = Assertion.read(text)
    if (Result.isFailure(parsed)) return Effect.fail(new InvalidInput({ text: parsed.failure.message }))
    const problem = CalibrationAssertion.problemOf(parsed.success)
    if (problem === null) return Effect.succeed(parsed.success)
    return Effect.fail(new InvalidInput({ text: `--assert "${text}": ${problem}` }))
  })

const checkOf = (calibration: Calibration) => (assertion: Assertion.Assertion) => {
  const checked = CalibrationAssertion.check(assertion, calibration)
  if (typeof checked !== "string") return Effect.succeed(checked)
  return Effect.fail(new InvalidInput({ text: `--assert "${assertion.text}": ${checked}` }))
}

const seenIn = Effect.fnUntraced(function* (given: Given) {
  const [evidence] = yield* SourceOptions.read("--seen", [given.seen], given)
  const { requests, rollouts } = evidence!
  if (requests === null) return yield* new InvalidInput({ text: `--seen: ${given.seen} has no requests` })
  const parts = split(requests, given.split ?? 0.5, rollouts)
  if (typeof parts === "string") return yield* new InvalidInput({ text: `--seen: ${given.seen} ${parts}` })
  return parts
})

/** Refuses a page that could not be written, or would be written over what is read. */
const checkPage = Effect.fnUntraced(function* (page: string, source: SpecFile.SpecText, seen: string) {
  const { cwd } = (yield* Output).io
  const logs = yield* SourceOptions.filesRead("--seen", [seen], cwd)
  const inputs = [...logs].map((path) => ({ path, what: "what --seen reads" }))
  yield* OutputFiles.check([{ option: "--html", file: page }], [...SpecFile.inputsOf(source, []), ...inputs])
})

const seedsUsual = 20

const run = Effect.fn("calibrate")(function* (given: Given) {
  const output = yield* Output
  const assertions = yield* asserted(given.assert)
  const source = yield* SpecFile.locate({ spec: given.spec }, output.io.cwd)
  if (given.html !== undefined) yield* checkPage(given.html, source, given.seen)
  const spec = yield* SpecFile.decode(source, [])
  if (spec.traffic.length === 0) return yield* new InvalidInput({ text: `${given.spec}: has no traffic to predict` })
  const parts = yield* seenIn(given)
  const seeds = given.seeds ?? seedsUsual
  const progress = Progress.make(output.io, () => performance.now())
  const predicting = predict(spec, parts, seeds, (done) =>
    progress.report(done, seeds, done * (parts.requests.count - parts.at))
  )
  const calibration = yield* Effect.ensuring(predicting, Effect.sync(progress.clear))
  const checks = yield* Effect.forEach(assertions, checkOf(calibration))
  if (output.json) yield* output.value(calibration)
  else yield* output.result(CalibrationText.render(calibration, output.stdout))
  if (given.html !== undefined) {
    const page = CalibrationPage.render(calibration, given.spec)
    yield* Files.write(Files.resolve(output.io.cwd, given.html), given.html, page)
    yield* output.note(`Page written to ${given.html}\n`)
  }
  for (const check of checks) {
    const text = CalibrationText.assertion(check)
    yield* output.note(
      check.passed ? MessageBlock.success(output.stderr, text) : MessageBlock.error(output.stderr, text)
    )
  }
  return checks.every(({ passed }) => passed) ? 0 : 1
})

/** `ebb calibrate SPEC --seen SOURCE` */
export const calibrate = Leaf.make({
  description:
    "Fit a spec to the first part of what was seen, predict the rest, and print the prediction beside what was seen, with " +
    "its error.",
  accepts,
  examples: [
    "ebb calibrate ebb.yaml --seen log:access.log",
    'ebb calibrate ebb.yaml --seen log:access.log --split 70% --assert "latencyMs.p99.error < 10%"'
  ],
  interruptedExit: 130,
  run
})

import * as Comparison from "@ebb/sim/compare/Comparison"
import * as Experiment from "@ebb/sim/experiment/Experiment"
import * as Precision from "@ebb/sim/measure/Precision"
import { seedsMost } from "@ebb/sim/spec/Seeds"
import * as Never from "@ebb/sim/report/Never"
import type { RehearsalSpec } from "@ebb/sim/spec/Spec"
import * as ShellWords from "@ebb/text/ShellWords"
import { Effect } from "effect"
import { withJobs } from "../../jobs/WithJobs.ts"
import { InvalidInput } from "../../kit/Errors.ts"
import * as Leaf from "../../kit/Leaf.ts"
import { Output } from "../../kit/Output.ts"
import * as Progress from "../../kit/Progress.ts"
import * as LiveDefaults from "./LiveDefaults.ts"
import * as LiveExperiment from "./LiveExperiment.ts"
import * as RehearseOptions from "./RehearseOptions.ts"
import * as AssertionResults from "./AssertionResults.ts"
import * as OtherSpec from "./OtherSpec.ts"
import * as RehearsalFiles from "./RehearsalFiles.ts"
import * as RehearsalText from "./RehearsalText.ts"
import * as RunOptions from "../../spec/RunOptions.ts"
import * as SpecFile from "../../spec/SpecFile.ts"

const experiment = Effect.fnUntraced(function* (spec: RehearsalSpec, precision: number | undefined) {
  const { io } = yield* Output
  const progress = Progress.make(io, () => performance.now())
  const startMs = performance.now()
  const onProgress = progress.report
  const options = precision === undefined ? { onProgress } : { onProgress, precision }
  const { runs, seeds } = yield* Effect.ensuring(Experiment.runs(spec, options), Effect.sync(progress.clear))
  const requests = [...runs.values()].flat().reduce((sum, run) => sum + run.requests.accepted, 0)
  const report = Experiment.report(spec, runs, seeds)
  const reached =
    precision === undefined ? {} : { precision: { wanted: precision, isReached: Precision.isReached(runs, precision) } }
  return { runs, report: { ...report, ...reached }, requests, elapsedMs: performance.now() - startMs }
})

/** The spec rehearsed, and the other one after it as often, where there is one. */
const experiments = Effect.fnUntraced(function* (
  spec: RehearsalSpec,
  other: OtherSpec.Other | null,
  precision?: number
) {
  const here = yield* experiment(spec, precision)
  if (other === null) return here
  const run = { ...other.spec.run, seeds: here.report.seeds }
  const there = yield* experiment({ ...other.spec, run }, undefined)
  return {
    report: { ...here.report, against: Comparison.compare(here.runs, there.runs, other.name) },
    requests: here.requests + there.requests,
    elapsedMs: here.elapsedMs + there.elapsedMs
  }
})

const needsOneMode = (spec: RehearsalSpec): InvalidInput =>
  new InvalidInput({
    text: `--journal needs exactly one mode, not ${spec.run.modes.join(", ")}. Add --mode force, for one`
  })

/** What needs a run that can be repeated as often as one likes. */
const refuseVirtualOnly = (words: RehearseOptions.Given): Effect.Effect<void, InvalidInput> => {
  const { against, againstRef, jobs, journal, precision } = words
  const [option] = RehearseOptions.words({
    ...(precision === undefined ? {} : { precision }),
    ...(jobs === undefined ? {} : { jobs }),
    ...(journal === undefined ? {} : { journal }),
    ...(against === undefined ? {} : { against }),
    ...(againstRef === undefined ? {} : { againstRef })
  })
  if (option === undefined) return Effect.void
  return Effect.fail(new InvalidInput({ text: `${option} is for virtual time; leave it out with --live` }))
}

const shownOf = (
  words: RehearseOptions.Given,
  source: SpecFile.SpecText,
  rehearsed: RehearsalText.Rehearsed
): RehearsalText.Shown => ({
  ...rehearsed,
  hasPage: words.html !== undefined,
  hasDetails: words.details,
  isGated: words.assert.length > 0,
  up: ShellWords.command(["ebb", "up", ...source.words])
})

const run = Effect.fn("rehearse")(function* (words: RehearseOptions.Given) {
  const output = yield* Output
  const source = yield* SpecFile.locate(words, output.io.cwd)
  const typed = RunOptions.overrides(words)
  const asked = yield* SpecFile.decode(source, typed)
  const overrides = words.live ? [...typed, ...LiveDefaults.overrides(asked, words)] : typed
  const spec = words.live ? yield* SpecFile.decode(source, overrides) : asked
  const assertions = yield* AssertionResults.parse(words.assert, spec.run.modes)
  if (words.journal !== undefined && spec.run.modes.length !== 1) return yield* needsOneMode(spec)
  if (words.live) yield* refuseVirtualOnly(words)
  const other = yield* OtherSpec.read(words, source, spec, output.io.cwd)
  yield* RehearsalFiles.check(words, SpecFile.inputsOf(source, overrides), other)
  if (source.chosen !== null) yield* output.note(`${source.chosen}\n`)
  const never = Never.find(spec)
  if (never !== null) yield* output.warn(never.sentence)
  const live = Effect.suspend(() => LiveExperiment.run(spec, source.folder))
  const done = yield* words.live ? live : withJobs(experiments(spec, other, words.precision), words.jobs)
  if (done.report.precision?.isReached === false) {
    yield* output.note(`Stopped at ${seedsMost} seeds, which is the most\n`)
  }
  const checked = yield* AssertionResults.check(assertions, done.report)
  const report = checked.length === 0 ? done.report : { ...done.report, assertions: checked }
  const again = RehearseOptions.repeat(source, words, spec.run.seed)
  const rehearsed = { ...done, again, name: source.name, report, spec }
  yield* RehearsalFiles.write(words, rehearsed, source, overrides)
  if (output.json) yield* output.value(report)
  else yield* output.result(RehearsalText.render(shownOf(words, source, rehearsed), output.stdout))
  return yield* AssertionResults.print(checked)
})

/** `ebb rehearse [SPEC]` */
export const rehearse = Leaf.make({
  description:
    "Run the same app, traffic and seeds under each way of rolling out, in virtual time, and see what happens to the " +
    "requests. Without SPEC: ./ebb.yaml where there is one, else the preset llm.",
  accepts: RehearseOptions.accepts,
  examples: [
    "ebb rehearse --preset llm",
    "ebb rehearse ebb.yaml --mode graceful --mode replace --seeds 50",
    "ebb rehearse ebb.yaml --against-ref origin/main --markdown comment.md",
    'ebb rehearse --set app.termination_grace_period=60s --assert "graceful.inFlight.errored == 0"'
  ],
  interruptedExit: 130,
  run
})

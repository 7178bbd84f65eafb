import * as Experiment from "@ebb/sim/experiment/Experiment"
import * as Journal from "@ebb/sim/experiment/Journal"
import * as Precision from "@ebb/sim/measure/Precision"
import type { RehearsalReport } from "@ebb/sim/report/RehearsalReport"
import type { RehearsalSpec } from "@ebb/sim/spec/Spec"
import { Effect } from "effect"
import { InvalidInput } from "../../kit/Errors.ts"
import * as Files from "../../kit/Files.ts"
import * as Leaf from "../../kit/Leaf.ts"
import { Output } from "../../kit/Output.ts"
import * as Json from "../../kit/Json.ts"
import * as Progress from "../../kit/Progress.ts"
import * as LiveExperiment from "./LiveExperiment.ts"
import * as RehearseOptions from "./RehearseOptions.ts"
import * as AssertionResults from "./AssertionResults.ts"
import * as HtmlPages from "./HtmlPages.ts"
import * as RehearsalText from "./RehearsalText.ts"
import * as SpecFile from "../../spec/SpecFile.ts"

const experiment = Effect.fnUntraced(function* (spec: RehearsalSpec, precision: number | undefined) {
  const { io } = yield* Output
  const progress = Progress.make(io, () => performance.now())
  const startMs = performance.now()
  let requests = 0
  const onProgress = (done: number, total: number, soFar: number): void => {
    requests = soFar
    progress.report(done, total, soFar)
  }
  const options = precision === undefined ? { onProgress } : { onProgress, precision }
  const report = yield* Effect.ensuring(Experiment.run(spec, options), Effect.sync(progress.clear))
  return { report, requests, elapsedMs: performance.now() - startMs }
})

const writeJournal = Effect.fnUntraced(function* (file: string, spec: RehearsalSpec) {
  const { io, note } = yield* Output
  const [mode] = spec.run.modes
  if (mode === undefined) return
  yield* Files.write(Files.resolve(io.cwd, file), file, withLineEnds(Journal.write(spec, mode, spec.run.seed)))
  yield* note(`Journal of ${mode}, seed ${spec.run.seed}, written to ${file}\n`)
})

function* withLineEnds(lines: Iterable<string>): Iterable<string> {
  for (const line of lines) yield `${line}\n`
}

const writeReport = Effect.fnUntraced(function* (file: string, report: RehearsalReport) {
  const { io, note } = yield* Output
  yield* Files.write(Files.resolve(io.cwd, file), file, `${Json.stringify(report)}\n`)
  yield* note(`Report written to ${file}\n`)
})

const writePage = Effect.fnUntraced(function* (file: string, page: Effect.Effect<string>) {
  const { io, note } = yield* Output
  yield* Files.write(Files.resolve(io.cwd, file), file, yield* page)
  yield* note(`Page written to ${file}\n`)
})

const needsOneMode = (spec: RehearsalSpec): InvalidInput =>
  new InvalidInput({
    text: `--journal needs exactly one mode, not ${spec.run.modes.join(", ")}. Add --mode force, for one`
  })

/** What needs a run that can be repeated as often as one likes. */
const refuseVirtualOnly = (words: RehearseOptions.Given): Effect.Effect<void, InvalidInput> => {
  const { journal, precision } = words
  const [option] = RehearseOptions.words({
    ...(precision === undefined ? {} : { precision }),
    ...(journal === undefined ? {} : { journal })
  })
  if (option === undefined) return Effect.void
  return Effect.fail(new InvalidInput({ text: `${option} is for virtual time; leave it out with --live` }))
}

const targets = ["journal", "out", "html", "play"] as const

/** Whether all that is to be written can be, before anything runs; no file is to be written over another. */
const checkTargets = Effect.fnUntraced(function* (words: RehearseOptions.Given, source: SpecFile.SpecText) {
  const { cwd } = (yield* Output).io
  const taken = new Map<string | null, string>([[source.path, "the spec"]])
  for (const option of targets) {
    const file = words[option]
    if (file === undefined) continue
    const path = Files.resolve(cwd, file)
    yield* Files.checkWritable(path, `--${option} ${file}`)
    const other = taken.get(path)
    if (other !== undefined) {
      return yield* new InvalidInput({ text: `--${option} ${file} would write over ${other}; name another file` })
    }
    taken.set(path, `the file of --${option}`)
  }
})

const run = Effect.fn("rehearse")(function* (words: RehearseOptions.Given) {
  const output = yield* Output
  const source = yield* SpecFile.locate(words, output.io.cwd)
  const overrides = RehearseOptions.overrides(words)
  const spec = yield* SpecFile.decode(source, overrides)
  const checks = yield* AssertionResults.parse(words.assert, spec.run.modes)
  if (words.journal !== undefined && spec.run.modes.length !== 1) return yield* needsOneMode(spec)
  if (words.live) yield* refuseVirtualOnly(words)
  yield* checkTargets(words, source)
  if (source.chosen !== null) yield* output.note(`${source.chosen}\n`)
  const live = Effect.suspend(() => LiveExperiment.run(spec, source.folder))
  const { elapsedMs, report, requests } = yield* words.live ? live : experiment(spec, words.precision)
  if (words.precision !== undefined && report.seeds === Precision.seedsMax) {
    yield* output.note(`Stopped at ${Precision.seedsMax} seeds, which is the most\n`)
  }
  const checked = yield* AssertionResults.check(checks, report)
  if (words.journal !== undefined) yield* writeJournal(words.journal, spec)
  if (words.out !== undefined) yield* writeReport(words.out, report)
  const again = RehearseOptions.repeat(source, words, spec.run.seed)
  const rehearsed = { again, elapsedMs, name: source.name, report, requests, spec }
  const specText = SpecFile.edited(source, overrides)
  if (words.html !== undefined) yield* writePage(words.html, HtmlPages.rehearsal(rehearsed, specText))
  if (words.play !== undefined) {
    const files = yield* SpecFile.filesOf(source, overrides)
    yield* writePage(words.play, HtmlPages.play({ name: source.name, specText, files }))
  }
  if (output.json) yield* output.value(report)
  else yield* output.result(RehearsalText.render({ ...rehearsed, hasPage: words.html !== undefined }, output.stdout))
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
    'ebb rehearse --set app.termination_grace_period=60s --assert "graceful.inFlight.errored == 0"'
  ],
  interruptedExit: 130,
  run
})

import * as Never from "@ebb/sim/report/Never"
import * as Spec from "@ebb/sim/spec/Spec"
import { nearest } from "@ebb/text/Suggestion"
import { Effect } from "effect"
import { withJobs } from "../../jobs/WithJobs.ts"
import { InvalidInput } from "../../kit/Errors.ts"
import * as Files from "../../kit/Files.ts"
import * as Leaf from "../../kit/Leaf.ts"
import { Output } from "../../kit/Output.ts"
import * as OutputFiles from "../../kit/OutputFiles.ts"
import * as Progress from "../../kit/Progress.ts"
import { quote } from "../../kit/Text.ts"
import * as SpecFile from "../../spec/SpecFile.ts"
import * as GracePart from "./GracePart.ts"
import type { Asked, Part, Run } from "./Part.ts"
import * as PlanHtml from "./PlanHtml.ts"
import * as PlanOptions from "./PlanOptions.ts"
import * as PlanText from "./PlanText.ts"
import * as ScalingPart from "./ScalingPart.ts"
import * as WayPart from "./WayPart.ts"
import * as WhenPart from "./WhenPart.ts"

/** What a plan answers, in this order. */
const parts: ReadonlyArray<Part> = [GracePart.part, WayPart.part, WhenPart.part, ScalingPart.part]

/** A word that is neither a part nor a file was meant to be a part where it is nearly one. */
const meantPart = (word: string, cwd: string): string | null =>
  Files.exists(Files.resolve(cwd, word))
    ? null
    : nearest(
        word,
        parts.map(({ name }) => name)
      )

/** Which parts are asked for, and of which spec. */
const readWords = Effect.fnUntraced(function* (given: PlanOptions.Given) {
  const { preset, words } = given
  const named = parts.find(({ name }) => name === words[0])
  const meant = named === undefined && words[0] !== undefined ? meantPart(words[0], (yield* Output).io.cwd) : null
  if (meant !== null) {
    return yield* new InvalidInput({
      text: `There is no part ${quote(words[0]!)} of a plan. Did you mean ${quote(meant)}?`
    })
  }
  const misplaced = named === undefined ? null : PlanOptions.misplaced(given, named.name)
  if (misplaced !== null) return yield* new InvalidInput({ text: misplaced })
  const [spec, more] = named === undefined ? words : words.slice(1)
  if (more !== undefined) return yield* new InvalidInput({ text: `There is no room for ${quote(more)}: name one spec` })
  if (spec !== undefined && preset !== undefined) {
    return yield* new InvalidInput({ text: `Name ${quote(spec)} or --preset ${preset}, not both` })
  }
  const choice: SpecFile.Choice = {
    ...(preset === undefined ? {} : { preset }),
    ...(spec === undefined ? {} : { spec })
  }
  return { wanted: named === undefined ? parts : [named], choice }
})

const answerOf = Effect.fnUntraced(function* (run: Run) {
  const { io } = yield* Output
  const progress = Progress.make(io, () => performance.now(), "steps")
  return yield* Effect.ensuring(run(progress), Effect.sync(progress.clear))
})

const pathOf = (assignment: string): string => Spec.segmentsOf(assignment.split("=", 1)[0]!).join(".")

/** What of the options and of the advice stays in the spec, the last of one value: seeds are those of this plan alone. */
const kept = (given: PlanOptions.Given, advised: ReadonlyArray<string>): ReadonlyArray<PlanOptions.Kept> => {
  const all = [...PlanOptions.set(given), ...advised.map((assignment) => ({ assignment, typed: null }))]
  const last = new Map(all.map((each) => [pathOf(each.assignment), each]))
  return all.filter((each) => last.get(pathOf(each.assignment)) === each)
}

/** The spec as planned, and what differs in it. */
const write = Effect.fnUntraced(function* (
  file: string,
  source: SpecFile.SpecText,
  planned: ReadonlyArray<PlanOptions.Kept>
) {
  const { io, note } = yield* Output
  yield* Files.write(Files.resolve(io.cwd, file), file, SpecFile.edited(source, planned))
  const changes = planned.map(
    ({ assignment, typed }) => `${assignment.replace("=", ": ")}${typed === null ? "" : " (by --set)"}`
  )
  yield* note(`Written to ${file}${changes.length === 0 ? ", with nothing changed" : `: ${changes.join(", ")}`}\n`)
})

/** The files that a plan is to be written to. */
const targetsOf = ({ html, write: spec }: PlanOptions.Given): ReadonlyArray<OutputFiles.Target> => [
  ...(spec === undefined ? [] : [{ option: "--write", file: spec }]),
  ...(html === undefined ? [] : [{ option: "--html", file: html }])
]

const run = Effect.fn("plan")(function* (given: PlanOptions.Given) {
  const output = yield* Output
  const { choice, wanted } = yield* readWords(given)
  const source = yield* SpecFile.locate(choice, output.io.cwd)
  const overrides = PlanOptions.overrides(given)
  const spec = yield* SpecFile.decode(source, overrides)
  yield* OutputFiles.check(targetsOf(given), SpecFile.inputsOf(source, overrides))
  if (source.chosen !== null) yield* output.note(`${source.chosen}\n`)
  const never = Never.find(spec)
  const asked: Asked = { source, overrides, spec, given }
  const prepared = yield* Effect.forEach(wanted, (part) => Effect.map(part.prepare(asked), (find) => ({ part, find })))
  const answers = yield* withJobs(
    Effect.forEach(prepared, ({ find, part }) => Effect.map(answerOf(find), (answer) => ({ part, answer }))),
    given.jobs
  )
  if (output.json) {
    const own = Object.fromEntries(answers.map(({ answer, part }) => [part.name, answer.json]))
    yield* output.value({ version: 1, spec: spec.text, seeds: spec.run.seeds, never, ...own })
  } else yield* output.result(PlanText.render({ answers, name: source.name, never }, output.stdout))
  if (given.html !== undefined) {
    const planned = { answers, name: source.name, never }
    const page = yield* PlanHtml.render(planned, spec, SpecFile.edited(source, overrides))
    yield* Files.write(Files.resolve(output.io.cwd, given.html), given.html, page)
    yield* output.note(`Page written to ${given.html}\n`)
  }
  if (given.write !== undefined) {
    const set = answers.flatMap(({ answer }) => answer.set)
    yield* write(given.write, source, kept(given, set))
  }
  return Math.max(...answers.map(({ answer }) => answer.exit))
})

/** `ebb plan [PART] [SPEC]` */
export const plan = Leaf.make({
  description:
    "Simulate rollouts and advise how to roll out: how long the grace period should be, which way to take, at what time of " +
    "day it costs least, and which scaling meets your targets for the least money. Without SPEC: ./ebb.yaml where there is " +
    "one, else the preset llm.",
  accepts: PlanOptions.accepts,
  examples: [
    "ebb plan ebb.yaml",
    "ebb plan grace --preset media --at 30s,60s",
    "ebb plan way ebb.yaml --cost error=0.02USD --cost degraded=5USD/m",
    "ebb plan when ebb.yaml --mode force --over 7d",
    'ebb plan scaling ebb.yaml --let scaling.min_concurrency=1..10 --slo "replace.latencyMs.during.p99 < 10s"'
  ],
  interruptedExit: 130,
  run
})

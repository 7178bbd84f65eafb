import type { Tell } from "@ebb/sim/jobs/Task"
import type { RehearsalSpec } from "@ebb/sim/spec/Spec"
import * as Rows from "@ebb/sim/sweep/Rows"
import { Sheet, trialAt, trialsOf } from "@ebb/sim/sweep/Sheet"
import type * as Trial from "@ebb/sim/sweep/Trial"
import { Effect, Stream } from "effect"
import type { InvalidInput } from "../../kit/Errors.ts"
import * as Files from "../../kit/Files.ts"
import * as Leaf from "../../kit/Leaf.ts"
import { Output } from "../../kit/Output.ts"
import * as Progress from "../../kit/Progress.ts"
import * as SpecFile from "../../spec/SpecFile.ts"
import * as Hands from "./Hands.ts"
import * as SweepFile from "./SweepFile.ts"
import * as SweepOptions from "./SweepOptions.ts"
import * as SweepPoints from "./SweepPoints.ts"
import * as SweepText from "./SweepText.ts"

/** The specs of the points that are under way; those of one point are one, so that a worker is sent it once. */
const specs = ({ specOf, sweep }: SweepPoints.Points) => {
  const open = new Map<number, RehearsalSpec>()
  const of = Effect.fnUntraced(function* (point: number): Effect.fn.Return<RehearsalSpec, InvalidInput> {
    const there = open.get(point)
    if (there !== undefined) return there
    const spec = yield* specOf(point)
    const first = open.get(point) ?? spec
    open.set(point, first)
    return first
  })
  const done = ({ point, seed }: { readonly point: number; readonly seed: number }): void => {
    if (seed === sweep.seed + sweep.seeds - 1) open.delete(point)
  }
  return { of, done }
}

/** Runs what the sheet lacks, and puts it in and into the file in the order of the sweep. */
const complete = Effect.fnUntraced(function* (
  points: SweepPoints.Points,
  sheet: Sheet,
  sink: { readonly file: SweepFile.RowSink; readonly format: Rows.RowFormat },
  hands: Hands.Hands
) {
  const { io } = yield* Output
  const { sweep } = points
  const progress = Progress.make(io, () => performance.now(), "trials")
  const told = new Map<number, number>()
  let requests = 0
  const total = trialsOf(sweep)
  const first = sheet.trials
  const { done, of } = specs(points)
  const runOne = Effect.fnUntraced(function* (number: number) {
    const { point, seed } = trialAt(sweep, number)
    const tell: Tell = (_, soFar) => {
      requests += soFar - (told.get(number) ?? 0)
      told.set(number, soFar)
      progress.report(sheet.trials, total, requests)
    }
    const asked = { spec: yield* of(point), seed, hash: points.hashOf(point), key: sweep.keyOf(point, seed) }
    return yield* hands.run(asked, tell)
  })
  const put = Effect.fnUntraced(function* (result: Trial.TrialResult) {
    const number = sheet.trials
    done(trialAt(sweep, number))
    told.delete(number)
    const rows = sheet.add(result)
    yield* sink.file.append(rows.map((row) => sink.format.line(sweep.varied, row)))
    progress.report(sheet.trials, total, requests)
  })
  const numbers = Stream.range(first, total - 1)
  hands.expect(total - first)
  const results = Stream.mapEffect(numbers, runOne, { concurrency: hands.atOnce })
  yield* Effect.ensuring(Stream.runForEach(results, put), Effect.sync(progress.clear))
})

const run = Effect.fn("sweep")(function* (words: SweepOptions.Given) {
  const output = yield* Output
  const source = yield* SpecFile.locate(words, output.io.cwd)
  const points = yield* SweepPoints.read(words, source)
  const sheet = new Sheet(points.sweep)
  const format = Rows.formatOf(words.out ?? "")
  if (source.chosen !== null) yield* output.note(`${source.chosen}\n`)
  let file = SweepFile.none
  if (words.out !== undefined) {
    const path = Files.resolve(output.io.cwd, words.out)
    yield* Files.checkWritable(path, `--out ${words.out}`)
    file = yield* SweepFile.open(path, words.out, format, sheet)
    const total = trialsOf(points.sweep)
    if (sheet.trials > 0)
      yield* output.note(`${words.out} has ${sheet.trials} of ${total} trials; going on from there\n`)
  }
  const completed = (hands: Hands.Hands) => complete(points, sheet, { file, format }, hands)
  if (sheet.trials < trialsOf(points.sweep)) yield* Hands.provide(words, completed)
  const measure = words.measure ?? "requests.errored"
  const shown = { name: source.name, sheet, measure, currencies: points.currencies, file: words.out ?? null }
  if (output.json) yield* output.value(SweepText.json(shown))
  else yield* output.result(SweepText.render(shown, output.stdout))
  return 0
}, Effect.scoped)

/** `ebb sweep [SPEC]` */
export const sweep = Leaf.make({
  description:
    "Rehearse a spec with every combination of the values given by --vary, under each mode and seed, and show one measure " +
    "as a table. With --out, rows are written as they are done, and the same command resumes a sweep that was interrupted.",
  accepts: SweepOptions.accepts,
  examples: [
    "ebb sweep ebb.yaml --vary scaling.min_concurrency=2,4,8 --vary app.termination_grace_period=5s,30s,60s",
    "ebb sweep --preset llm --vary traffic.0.arrivals.poisson=2/s,4/s,8/s --measure latencyMs.during.p99 --out rows.csv"
  ],
  interruptedExit: 130,
  run
})

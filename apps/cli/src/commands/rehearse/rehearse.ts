import * as Experiment from "@ebb/sim/experiment/Experiment"
import * as Journal from "@ebb/sim/experiment/Journal"
import * as Precision from "@ebb/sim/measure/Precision"
import * as Presets from "@ebb/sim/spec/Presets"
import type { RehearsalReport } from "@ebb/sim/report/RehearsalReport"
import type { RehearsalSpec } from "@ebb/sim/spec/Spec"
import { Effect, Schema } from "effect"
import { InvalidInput } from "../../kit/Errors.ts"
import * as Files from "../../kit/Files.ts"
import { BadValue, type Grammar, outputOptions } from "../../kit/Grammar.ts"
import * as Leaf from "../../kit/Leaf.ts"
import { quote } from "../../kit/Text.ts"
import { Output } from "../../kit/Output.ts"
import * as Json from "../../kit/Json.ts"
import * as Progress from "../../kit/Progress.ts"
import * as LiveExperiment from "./LiveExperiment.ts"
import * as RepeatCommand from "./RepeatCommand.ts"
import * as AssertionResults from "./AssertionResults.ts"
import * as HtmlPages from "./HtmlPages.ts"
import * as RehearsalText from "./RehearsalText.ts"
import * as SpecFile from "../../spec/SpecFile.ts"

const modes = ["none", "graceful", "replace", "force"] as const

const seedCount = (word: string): number => {
  const count = Number(word)
  if (!/^\d+$/.test(word) || count < 1 || count > Precision.seedsMax) {
    throw new BadValue(`must be a whole number from 1 to ${Precision.seedsMax}, got ${quote(word)}`)
  }
  return count
}

const share = (word: string): number => {
  const [, digits, percent] = /^(\d+(?:\.\d+)?)(%?)$/.exec(word) ?? []
  const value = Number(digits) / (percent === "%" ? 100 : 1)
  if (!(value > 0 && value < 1)) throw new BadValue(`must be a share like 5% or 0.05, got ${quote(word)}`)
  return value
}

const grammar: Grammar = {
  description:
    "Run the same app, traffic and seeds under each way of rolling out, in virtual time, and see what happens to the " +
    "requests. Without SPEC: ./ebb.yaml where there is one, else the preset llm.",
  options: [
    {
      kind: "one",
      names: ["--preset"],
      key: "preset",
      exclusive: "spec",
      choices: Presets.names,
      help: "a spec that ships with ebb"
    },
    {
      kind: "append",
      names: ["--set"],
      key: "set",
      metavar: "PATH=VALUE",
      help: "replace one value of the spec, such as run.window=5m (may be repeated)"
    },
    {
      kind: "one",
      names: ["--seeds"],
      key: "seeds",
      metavar: "N",
      convert: seedCount,
      help: "how many seeds, so how many runs of each mode"
    },
    { kind: "one", names: ["--seed"], key: "seed", metavar: "N", convert: "int", help: "the first seed" },
    {
      kind: "one",
      names: ["--for"],
      key: "for",
      metavar: "DURATION",
      help: "how much time to simulate, such as 30m or 1h"
    },
    { kind: "append", names: ["--mode"], key: "mode", choices: modes, help: "run this mode only (may be repeated)" },
    {
      kind: "append",
      names: ["--assert"],
      key: "assert",
      metavar: "CHECK",
      help: 'exit 1 unless it holds, such as "graceful.inFlight.errored == 0" (may be repeated)'
    },
    {
      kind: "one",
      names: ["--precision"],
      key: "precision",
      metavar: "P",
      convert: share,
      help: "add seeds until the intervals are this narrow, such as 5%"
    },
    {
      kind: "flag",
      names: ["--live"],
      key: "live",
      help: "run it in real time, over HTTP against sandboxes of its own"
    },
    {
      kind: "one",
      names: ["--journal"],
      key: "journal",
      metavar: "FILE",
      help: "write the journal of the first seed; needs exactly one mode"
    },
    { kind: "one", names: ["--out"], key: "out", metavar: "FILE", help: "write the JSON report to FILE as well" },
    {
      kind: "one",
      names: ["--html"],
      key: "html",
      metavar: "FILE",
      help: "write the report to FILE as a page that needs no network"
    },
    {
      kind: "one",
      names: ["--play"],
      key: "play",
      metavar: "FILE",
      help: "write a page to FILE that simulates the spec by itself, with sliders"
    },
    ...outputOptions
  ],
  positionals: [{ key: "spec", metavar: "SPEC", count: "?", exclusive: "spec", help: "a YAML or JSON file" }],
  examples: [
    "ebb rehearse --preset llm",
    "ebb rehearse ebb.yaml --mode graceful --mode replace --seeds 50",
    'ebb rehearse --set app.termination_grace_period=60s --assert "graceful.inFlight.errored == 0"'
  ]
}

const words = Schema.Struct({
  spec: Schema.optionalKey(Schema.String),
  preset: Schema.optionalKey(Schema.Literals(Presets.names)),
  set: Schema.optionalKey(Schema.Array(Schema.String)),
  seeds: Schema.optionalKey(Schema.Int),
  seed: Schema.optionalKey(Schema.Int),
  for: Schema.optionalKey(Schema.String),
  mode: Schema.optionalKey(Schema.Array(Schema.Literals(modes))),
  assert: Schema.optionalKey(Schema.Array(Schema.String)),
  precision: Schema.optionalKey(Schema.Finite),
  live: Schema.optionalKey(Schema.Boolean),
  journal: Schema.optionalKey(Schema.String),
  out: Schema.optionalKey(Schema.String),
  html: Schema.optionalKey(Schema.String),
  play: Schema.optionalKey(Schema.String)
})

type Words = typeof words.Type

/** The options that are short for a `--set`, and those themselves; the short ones win. */
const overridesOf = (words: Words): ReadonlyArray<SpecFile.Override> => {
  const short = (option: "seeds" | "seed" | "for"): ReadonlyArray<SpecFile.Override> => {
    const value = words[option]
    return value === undefined ? [] : [{ assignment: `run.${option}=${value}`, typed: `--${option} ${value}` }]
  }
  const modes = [...new Set(words.mode)]
  const typed = modes.map((mode) => `--mode ${mode}`).join(" ")
  return [
    ...(words.set ?? []).map((assignment) => ({ assignment, typed: `--set ${assignment}` })),
    ...short("seeds"),
    ...short("seed"),
    ...short("for"),
    ...(modes.length === 0 ? [] : [{ assignment: `run.modes=[${modes.join(", ")}]`, typed }])
  ]
}

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
const refuseVirtualOnly = (words: Words): Effect.Effect<void, InvalidInput> => {
  const given = (["precision", "journal"] as const).filter((option) => words[option] !== undefined)
  if (given.length === 0) return Effect.void
  return Effect.fail(new InvalidInput({ text: `--${given[0]} is for virtual time; leave it out with --live` }))
}

const targets = ["journal", "out", "html", "play"] as const

/** Whether all that is to be written can be, before anything runs; no file is to be written over another. */
const checkTargets = Effect.fnUntraced(function* (words: Words, source: SpecFile.SpecText) {
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

const run = Effect.fn("rehearse")(function* (words: Words) {
  const output = yield* Output
  const source = yield* SpecFile.locate(words, output.io.cwd)
  const overrides = overridesOf(words)
  const spec = yield* SpecFile.decode(source, overrides)
  const checks = yield* AssertionResults.parse(words.assert ?? [], spec.run.modes)
  if (words.journal !== undefined && spec.run.modes.length !== 1) return yield* needsOneMode(spec)
  if (words.live === true) yield* refuseVirtualOnly(words)
  yield* checkTargets(words, source)
  if (source.chosen !== null) yield* output.note(`${source.chosen}\n`)
  const live = Effect.suspend(() => LiveExperiment.run(spec, source.folder))
  const { elapsedMs, report, requests } = yield* words.live === true ? live : experiment(spec, words.precision)
  if (words.precision !== undefined && report.seeds === Precision.seedsMax) {
    yield* output.note(`Stopped at ${Precision.seedsMax} seeds, which is the most\n`)
  }
  const checked = yield* AssertionResults.check(checks, report)
  if (words.journal !== undefined) yield* writeJournal(words.journal, spec)
  if (words.out !== undefined) yield* writeReport(words.out, report)
  const again = RepeatCommand.command(source, words, spec.run.seed)
  const rehearsed = { again, elapsedMs, name: source.name, report, requests, spec }
  const specText = SpecFile.edited(source, overrides)
  if (words.html !== undefined) yield* writePage(words.html, HtmlPages.rehearsal(rehearsed, specText))
  if (words.play !== undefined) {
    const files = SpecFile.filesOf(source, overrides)
    yield* writePage(words.play, HtmlPages.play({ name: source.name, specText, files }))
  }
  if (output.json) yield* output.value(report)
  else yield* output.result(RehearsalText.render({ ...rehearsed, hasPage: words.html !== undefined }, output.stdout))
  return yield* AssertionResults.print(checked)
})

/** `ebb rehearse [SPEC]` */
export const rehearse = Leaf.make({ grammar, words, interruptedExit: 130, run })

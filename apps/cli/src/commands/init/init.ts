import type { Learnt } from "@ebb/evidence/learn/Finding"
import { requestsFile } from "@ebb/evidence/learn/FromRequests"
import { learnInTurns } from "@ebb/evidence/learn/Learn"
import * as Source from "@ebb/evidence/source/Source"
import * as SpecText from "@ebb/evidence/spec/SpecText"
import * as Presets from "@ebb/sim/spec/Presets"
import * as Spec from "@ebb/sim/spec/Spec"
import { Effect } from "effect"
import { join } from "node:path"
import { CommandFailed, InvalidInput } from "../../kit/Errors.ts"
import * as Files from "../../kit/Files.ts"
import * as Argument from "../../kit/Argument.ts"
import * as Leaf from "../../kit/Leaf.ts"
import { Output } from "../../kit/Output.ts"
import * as ShellWords from "@ebb/text/ShellWords"
import * as SourceOptions from "../../evidence/SourceOptions.ts"
import * as SpecFile from "../../spec/SpecFile.ts"
import * as LearntText from "./LearntText.ts"

const accepts = {
  preset: Argument.choice("--preset", Presets.names, "the app and traffic to start from (default: llm)", {
    exclusive: "start"
  }),
  from: Argument.list(
    "--from",
    "learn the spec: log:FILE, trace:FILE, prometheus:FILE,FILE, kubernetes:FILE, fal:APP, sandbox:APP",
    {
      metavar: "SOURCE",
      exclusive: "start"
    }
  ),
  ...SourceOptions.accepts,
  yes: Argument.flag("--yes", "overwrite files that are there already"),
  ...Argument.output,
  dir: Argument.optionalWord("where to write (default: the working directory)", { metavar: "DIR" })
}
type Given = Argument.Given<typeof accepts>

const specFile = "ebb.yaml"
const schemaFile = "ebb.schema.json"

interface NewFile {
  readonly name: string
  readonly text: string | Iterable<string>
}

const schema = (): NewFile => ({ name: schemaFile, text: `${JSON.stringify(Spec.jsonSchema(), null, 2)}\n` })

const ofPreset = (preset: Presets.PresetName): ReadonlyArray<NewFile> => [
  { name: specFile, text: `# yaml-language-server: $schema=./${schemaFile}\n${Presets.presets[preset]}` },
  schema()
]

const ofLearnt = (learnt: Learnt, sources: ReadonlyArray<string>): ReadonlyArray<NewFile> => [
  { name: specFile, text: SpecText.render(learnt, sources) },
  ...learnt.files.map(({ lines, name }) => ({ name, text: lines() })),
  schema()
]

/** Writes all files, or none where one is there already and may not be overwritten; answers their names. */
const write = Effect.fnUntraced(function* (files: ReadonlyArray<NewFile>, dir: string, isAllowed: boolean) {
  const { io } = yield* Output
  const named = files.map(({ name, text }) => ({ shown: join(dir, name), text }))
  const there = named.filter(({ shown }) => Files.exists(Files.resolve(io.cwd, shown)))
  if (there.length > 0 && !isAllowed) {
    const names = there.map(({ shown }) => shown).join(" and ")
    return yield* new CommandFailed({
      text: `${names} ${there.length === 1 ? "exists" : "exist"} already. Overwrite with --yes`
    })
  }
  for (const { shown, text } of named) yield* Files.write(Files.resolve(io.cwd, shown), shown, text)
  return named.map(({ shown }) => shown)
})

/** What the reader of specs says against one that was written; null where it can be rehearsed. */
const problemIn = Effect.fnUntraced(function* (spec: string) {
  const { cwd } = (yield* Output).io
  const read = Effect.flatMap(SpecFile.locate({ spec }, cwd), (source) => SpecFile.decode(source, []))
  return yield* Effect.match(read, { onFailure: ({ text }) => text, onSuccess: () => null })
})

const tryIt = (dir: string): string =>
  ShellWords.command(dir === "." ? ["ebb", "rehearse"] : ["ebb", "rehearse", join(dir, specFile)])

const wrote = (files: ReadonlyArray<string>): string => `Wrote ${files.join(" and ")}.`

const fromPreset = Effect.fnUntraced(function* ({ dir = ".", preset = "llm", yes }: Given) {
  const output = yield* Output
  const files = yield* write(ofPreset(preset), dir, yes)
  if (output.json) yield* output.value({ version: 1, preset, files })
  else yield* output.result(`${wrote(files)} Try it: ${tryIt(dir)}\n`)
})

/** A word behind --from that is no source was meant as the folder: --from takes every word behind it. */
const refuseFolder = Effect.fnUntraced(function* (sources: ReadonlyArray<string>, dir: string | undefined) {
  const { cwd } = (yield* Output).io
  const [first = "", ...rest] = sources.filter((word) => typeof Source.parse(word) === "string")
  const isFolder = !/^\w+:/u.test(first) && !Files.isFile(Files.resolve(cwd, first))
  if (dir !== undefined || first === "" || rest.length > 0 || sources.length === 1 || !isFolder) return
  const known = sources.filter((word) => word !== first)
  const command = ShellWords.command(["ebb", "init", first, "--from", ...known])
  return yield* new InvalidInput({ text: `--from: ${first} is no source; put the folder first: ${command}` })
})

/** Files that may be written, --yes or not: none that the sources read. */
const refuseSources = Effect.fnUntraced(function* (sources: ReadonlyArray<string>, dir: string) {
  const { cwd } = (yield* Output).io
  const read = yield* SourceOptions.filesRead("--from", sources, cwd)
  const over = [specFile, requestsFile, schemaFile]
    .map((name) => join(dir, name))
    .find((shown) => read.has(Files.realPath(Files.resolve(cwd, shown))))
  if (over === undefined) return
  const elsewhere = `ebb init DIR ${ShellWords.command(sources.flatMap((source) => ["--from", source]))}`
  return yield* new InvalidInput({ text: `${over} is what --from reads; write elsewhere: ${elsewhere}` })
})

const fromSources = Effect.fnUntraced(function* (sources: ReadonlyArray<string>, given: Given) {
  const { dir = ".", yes } = given
  const output = yield* Output
  yield* refuseFolder(sources, given.dir)
  yield* refuseSources(sources, dir)
  const learnt = yield* learnInTurns(yield* SourceOptions.read("--from", sources, given))
  const files = yield* write(ofLearnt(learnt, sources), dir, yes)
  const problem = yield* problemIn(files[0]!)
  const { dropped, findings, missing, notes } = learnt
  if (output.json) {
    yield* output.value({ version: 1, spec: files[0], files, learnt: findings, missing, dropped, notes })
  } else {
    const next = problem === null ? ` Try it: ${tryIt(dir)}` : ""
    yield* output.result(`${LearntText.render(learnt, output.stdout)}${wrote(files)}${next}\n`)
  }
  if (problem !== null) return yield* new CommandFailed({ text: `${problem}; mend it, then: ${tryIt(dir)}` })
})

/** Options that say how sources are read. */
const forSources = ["column", "unit", "dump", "app"] as const

const run = Effect.fn("init")(function* (given: Given) {
  const idle = forSources.find((option) => given[option] !== undefined && given[option].length > 0)
  if (given.from === undefined && idle !== undefined)
    return yield* new InvalidInput({ text: `--${idle} says how --from reads, and there is no --from; leave it out` })
  if (given.from === undefined) yield* fromPreset(given)
  else yield* fromSources(given.from, given)
  return 0
})

/** `ebb init [DIR]` */
export const init = Leaf.make({
  description:
    "Write a commented ebb.yaml, and the JSON Schema that lets an editor complete and check it; with --from, learnt " +
    "from logs, traces, metrics and manifests.",
  accepts,
  examples: [
    "ebb init",
    "ebb init rollouts --preset media",
    "ebb init --from log:access.log",
    "ebb init rollouts --from log:access.log"
  ],
  run
})

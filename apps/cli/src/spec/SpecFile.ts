import { limits } from "@ebb/runtime/edge/Limits"
import * as Presets from "@ebb/sim/spec/Presets"
import * as Spec from "@ebb/sim/spec/Spec"
import type { SpecError } from "@ebb/sim/spec/SpecError"
import * as TextFile from "@ebb/evidence/files/TextFile"
import type { Feed } from "@ebb/rows/Feed"
import { Effect, Result } from "effect"
import { dirname } from "node:path"
import { InvalidInput } from "../kit/Errors.ts"
import * as Files from "../kit/Files.ts"
import type * as OutputFiles from "../kit/OutputFiles.ts"

/** A spec before it is decoded. */
export interface SpecText {
  /** What to call it: `preset llm`, `ebb.yaml`. */
  readonly name: string
  /** The words that name it on a command line. */
  readonly words: ReadonlyArray<string>
  /** Why it was taken although nobody named it; null when somebody did. */
  readonly chosen: string | null
  readonly text: string
  readonly file: string
  /** The file on disk; null for a preset. */
  readonly path: string | null
  /** Where its paths start. */
  readonly folder: string
  /** Where on disk a file that it names is to be read from, if not from its folder; throws where there is none. */
  readonly locate?: (file: string) => string
}

/** What names a spec on the command line; at most one of the two. */
export interface Choice {
  readonly spec?: string
  readonly preset?: Presets.PresetName
}

const defaultFile = "ebb.yaml"

const preset = (name: Presets.PresetName, folder: string, chosen: string | null): SpecText => {
  const words = ["--preset", name]
  return {
    name: `preset ${name}`,
    words,
    chosen,
    text: Presets.presets[name],
    file: `preset ${name}`,
    path: null,
    folder
  }
}

const fromFile = (path: string, cwd: string, chosen: string | null): Effect.Effect<SpecText, InvalidInput> => {
  const resolved = Files.resolve(cwd, path)
  const folder = dirname(resolved)
  return Effect.map(Files.read(resolved, path), (text) => ({
    name: path,
    words: [path],
    chosen,
    text,
    file: path,
    path: resolved,
    folder
  }))
}

/** The spec named, else the working directory's own, else the preset `llm`. */
export const locate = ({ preset: name, spec }: Choice, cwd: string): Effect.Effect<SpecText, InvalidInput> => {
  if (spec !== undefined) return fromFile(spec, cwd, null)
  if (name !== undefined) return Effect.succeed(preset(name, cwd, null))
  if (Files.exists(Files.resolve(cwd, defaultFile))) return fromFile(defaultFile, cwd, `Found ${defaultFile} here.`)
  return Effect.succeed(
    preset("llm", cwd, `No ${defaultFile} here: this is the preset llm. Write your own with: ebb init`)
  )
}

/** A value of the spec replaced from the command line. */
export interface Override {
  /** `run.seeds=50` */
  readonly assignment: string
  /** As it was typed: `--seeds 50`. */
  readonly typed: string
}

/** What reads the text of a file in place of the spec, and a copy of it on the way. */
const copied = (feed: Feed, onText: (text: string) => void): Feed => ({
  push: (text) => {
    onText(text)
    return feed.push(text)
  },
  end: () => feed.end()
})

const inFolder =
  (folder: string) =>
  (file: string): string =>
    Files.resolve(folder, file)

/** Feeds every file that a spec names, as far as it is wanted; `onText` sees it all. */
const feedAll = (
  needs: ReadonlyArray<Spec.FileNeed>,
  locate: (file: string) => string,
  onText: (file: string, text: string) => void = () => {}
): Effect.Effect<void, SpecError> =>
  Effect.forEach(
    needs,
    ({ feed, file, problem }) =>
      Effect.tryPromise({
        try: (signal) =>
          TextFile.feed(
            locate(file),
            copied(feed, (text) => onText(file, text)),
            { signal }
          ),
        catch: (error) => problem(isSystemError(error) ? new Error(Files.reason(error), { cause: error }) : error)
      }),
    { discard: true }
  )

const isSystemError = (error: unknown): boolean => error instanceof Error && "syscall" in error

/** What is done about the files that a spec names. */
interface Reading {
  readonly onText?: (file: string, text: string) => void
  /** What was read of them before. */
  readonly columns?: Spec.FileColumns
}

const parse = (
  { file, folder, text, locate = inFolder(folder) }: SpecText,
  set: ReadonlyArray<string>,
  { columns, onText }: Reading = {}
): Effect.Effect<Spec.RehearsalSpec, SpecError> =>
  Effect.gen(function* () {
    const known = columns === undefined ? {} : { columns }
    const draft = yield* Effect.fromResult(Spec.draft(text, { file, set, ...known }))
    yield* feedAll(draft.needs, locate, onText)
    return yield* Effect.fromResult(draft.build())
  })

/** The texts of the files that a spec names, by their path in it; of a long trace whole lines as far as it is wanted. */
export const filesOf = (
  source: SpecText,
  overrides: ReadonlyArray<Override>
): Effect.Effect<Readonly<Record<string, string>>, InvalidInput> => {
  const files: Record<string, string> = {}
  const onText = (file: string, text: string): void => {
    files[file] = (files[file] ?? "") + text
  }
  const read = parse(source, assignmentsOf(overrides), { onText })
  return Effect.mapError(
    Effect.map(read, () => files),
    (because) => new InvalidInput({ text: because.message, because })
  )
}

/**
 * The texts of the files that a deploy sends with a spec, as the sandbox opens none of them. Of a spec that is wrong in
 * itself there are none: the sandbox says what is wrong.
 */
export const sentFilesOf = ({
  file,
  folder,
  text
}: Pick<SpecText, "file" | "folder" | "text">): Effect.Effect<Readonly<Record<string, string>>, InvalidInput> => {
  const drafted = Spec.draft(text, { file, isLive: true })
  if (Result.isFailure(drafted)) return Effect.succeed({})
  const files: Record<string, string> = {}
  let bytes = 0
  const add = (path: string, part: string): void => {
    bytes += Buffer.byteLength(part)
    if (bytes > limits.specFilesBytes) throw new Error(tooLarge)
    files[path] = (files[path] ?? "") + part
  }
  return Effect.mapBoth(feedAll(drafted.success.needs, inFolder(folder), add), {
    onSuccess: () => files,
    onFailure: (because) => new InvalidInput({ text: because.message, because })
  })
}

const tooLarge = `a deploy sends no more than ${limits.specFilesBytes / 2 ** 20} MiB of files`

/** The files that a spec is read from, none of which is to be written over: its own, and those that it names. */
export const inputsOf = (
  { file, folder, locate = inFolder(folder), path, text }: SpecText,
  overrides: ReadonlyArray<Override>,
  what = "the spec"
): ReadonlyArray<OutputFiles.Input> => {
  const own = path === null ? [] : [{ path, what }]
  const drafted = Spec.draft(text, { file, set: assignmentsOf(overrides) })
  if (Result.isFailure(drafted)) return own
  const named = drafted.success.needs.map((need) => ({ path: locate(need.file), what: `what ${file} reads` }))
  return [...own, ...named]
}

const assignmentsOf = (overrides: ReadonlyArray<Pick<Override, "assignment">>): ReadonlyArray<string> =>
  overrides.map(({ assignment }) => assignment)

/** The path that an override replaces, written as errors write it: `traffic[0].service`. */
const pathOf = ({ assignment }: Override): string =>
  assignment.slice(0, Math.max(0, assignment.indexOf("="))).replaceAll(/\.(\d+)(?=[.[]|$)/g, "[$1]")

const isWithin = (path: string, outer: string): boolean =>
  path.startsWith(outer) && /^[.[]|^$/.test(path.slice(outer.length))

/**
 * Whose mistake it is: that of a file which the spec names, as it is and by its line; that of the override that wrote the
 * field; that of the spec, where it has it without the overrides too; else that of the overrides together.
 */
const explain = (
  source: SpecText,
  overrides: ReadonlyArray<Override>,
  because: SpecError
): Effect.Effect<InvalidInput> => {
  const { field, file, problem } = because
  const asItIs = new InvalidInput({ text: because.message, because })
  const by = (blamed: ReadonlyArray<Override>): InvalidInput =>
    new InvalidInput({ text: `${blamed.map(({ typed }) => typed).join(" ")}: ${field}: ${problem}`, because })
  const isOfNamedFile = file !== source.file && file !== "--set"
  if (overrides.length === 0 || isOfNamedFile) return Effect.succeed(asItIs)
  const writers = overrides.filter((override) => {
    const path = pathOf(override)
    return isWithin(field, path) || isWithin(path, field)
  })
  if (writers.length > 0 || file === "--set") return Effect.succeed(by(writers.length > 0 ? writers : overrides))
  return Effect.match(parse(source, []), { onFailure: () => asItIs, onSuccess: () => by(overrides) })
}

/** The text of the spec with the overrides applied. */
export const edited = ({ text }: SpecText, overrides: ReadonlyArray<Pick<Override, "assignment">>): string =>
  Spec.edit(text, assignmentsOf(overrides))

/** Decodes the spec with the overrides applied, the last of one value winning; files that are among `columns` stay closed. */
export const decode = (
  source: SpecText,
  overrides: ReadonlyArray<Override>,
  columns?: Spec.FileColumns
): Effect.Effect<Spec.RehearsalSpec, InvalidInput> =>
  Effect.catch(parse(source, assignmentsOf(overrides), columns === undefined ? {} : { columns }), (because) =>
    Effect.flatMap(explain(source, overrides, because), Effect.fail)
  )

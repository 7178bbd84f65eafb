import { type Chosen, type Role, roles } from "@ebb/evidence/log/Columns"
import type { Told } from "@ebb/evidence/log/ColumnLog"
import * as Source from "@ebb/evidence/source/Source"
import { Effect } from "effect"
import * as Argument from "../kit/Argument.ts"
import { InvalidInput } from "../kit/Errors.ts"
import * as Files from "../kit/Files.ts"
import { BadValue } from "../kit/Grammar.ts"
import { Output } from "../kit/Output.ts"
import * as Connection from "../sandbox/Connection.ts"
import * as Progress from "../kit/Progress.ts"

const isRole = (word: string): word is Role => roles.some((role) => role === word)

const column = (word: string): string => {
  const at = word.indexOf("=")
  if (at > 0 && at < word.length - 1 && isRole(word.slice(0, at))) return word
  throw new BadValue(`must be WHAT=NAME with WHAT one of ${roles.join(", ")}, got ${word}`)
}

const sourceIn = (option: string, word: string): Effect.Effect<Source.Source, InvalidInput> => {
  const source = Source.parse(word)
  if (typeof source !== "string") return Effect.succeed(source)
  return Effect.fail(new InvalidInput({ text: `${option}: ${source}` }))
}

/** How sources with columns are read where their names do not say it. */
export const accepts = {
  column: Argument.repeated("--column", "which column of a log to read as what, such as arrival=ts (may be repeated)", {
    metavar: "WHAT=NAME",
    convert: column
  }),
  unit: Argument.choice("--unit", ["ns", "us", "ms", "s"], "the unit of durations in a log that name none"),
  dump: Argument.text("--dump", "keep the answers of fal:APP in DIR, to be read again as fal:DIR", { metavar: "DIR" }),
  app: Argument.text("--app", "which app to keep, where a trace or scrapes have several", { metavar: "NAME" })
}

const toldOf = ({ app, column, unit }: Argument.Given<typeof accepts>): Told => ({
  columns: Object.fromEntries(
    column.map((word) => [word.slice(0, word.indexOf("=")), word.slice(word.indexOf("=") + 1)])
  ) as Chosen,
  ...(unit === undefined ? {} : { unit }),
  ...(app === undefined ? {} : { app })
})

/** The files that sources read, by their real paths: nothing may be written over them. */
export const filesRead = (
  option: string,
  words: ReadonlyArray<string>,
  folder: string
): Effect.Effect<ReadonlySet<string>, InvalidInput> =>
  Effect.map(
    Effect.forEach(words, (word) => sourceIn(option, word)),
    (sources) => new Set(sources.flatMap(Source.filesOf).map((file) => Files.realPath(Files.resolve(folder, file))))
  )

const runningSandbox = Effect.map(Connection.connect({}), ({ baseUrl, key }) => ({ url: baseUrl, key: key ?? "" }))

/** Reads sources one after the other, showing how far it is. */
export const read = Effect.fnUntraced(function* (
  option: string,
  words: ReadonlyArray<string>,
  given: Argument.Given<typeof accepts>
) {
  const { io } = yield* Output
  const progress = Progress.make(io, () => performance.now())
  const sources = yield* Effect.forEach(words, (word) => sourceIn(option, word))
  const sandbox = sources.some(({ kind }) => kind === "sandbox") ? yield* runningSandbox : null
  const read = Effect.forEach(sources, (source) =>
    Source.read(source, {
      folder: io.cwd,
      env: io.env,
      ...(given.dump === undefined ? {} : { dump: given.dump }),
      ...(sandbox === null ? {} : { sandbox }),
      told: toldOf(given),
      onBytes: (bytes) => progress.say(`reading ${source.typed}: ${Math.round(bytes / 1e6)} MB`)
    })
  )
  return yield* Effect.mapError(
    Effect.ensuring(read, Effect.sync(progress.clear)),
    (because) => new InvalidInput({ text: because.message, because })
  )
})

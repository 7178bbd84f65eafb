import { Effect } from "effect"
import { InvalidInput } from "../kit/Errors.ts"
import * as Files from "../kit/Files.ts"
import * as Argument from "../kit/Argument.ts"
import * as KeyValues from "../kit/KeyValues.ts"

/** A pair is refused where it stands on the command line; what the pairs make together is known only at the end. */
const checkedPair = (word: string): string => {
  KeyValues.parse([word])
  return word
}

/** `--input JSON` or `--input @FILE`. */
export const inputOption = Argument.text("--input", "what to send, as JSON or from a file", { metavar: "JSON|@FILE" })

/** What follows the app on the command line. */
export const positionals = {
  path: Argument.optionalWord("a path of the app", {
    metavar: "PATH",
    convert: (word) => (word.includes("=") ? checkedPair(word) : word)
  }),
  pairs: Argument.words("what to send: a=1 is text, a:=1 is JSON, a[b]=x nests", {
    metavar: "KEY=VALUE",
    convert: checkedPair
  })
}

interface Given {
  readonly path?: string
  readonly pairs: ReadonlyArray<string>
  readonly input?: string
}

/** A path of the app and the JSON text to send. */
export interface Request {
  readonly path: string
  readonly body: string
}

/** What the parser found, without its own name before it. */
const problemOf = (because: unknown): string =>
  (because instanceof Error ? because.message : String(because)).replace(/^JSON Parse error: /, "")

const readInput = (input: string, cwd: string): Effect.Effect<string, InvalidInput> => {
  const named = input.startsWith("@") ? input.slice(1) : null
  const text = named === null ? Effect.succeed(input) : Files.read(Files.resolve(cwd, named), named)
  return Effect.flatMap(text, (json) =>
    Effect.try({
      try: () => {
        JSON.parse(json)
        return json
      },
      catch: (because) =>
        new InvalidInput({ text: `${named ?? "--input"} is not JSON: ${problemOf(because)}`, because })
    })
  )
}

/** The request that was typed: a first word with an equals sign is no path. */
export const requestOf = ({ input, pairs, path = "" }: Given, cwd: string): Effect.Effect<Request, InvalidInput> => {
  const isPair = path.includes("=")
  const all = isPair ? [path, ...pairs] : pairs
  if (input === undefined)
    return Effect.succeed({ path: isPair ? "" : path, body: JSON.stringify(KeyValues.parse(all)) })
  if (all.length > 0) {
    return Effect.fail(new InvalidInput({ text: `Give either --input or KEY=VALUE, not both: ${all.join(" ")}` }))
  }
  return Effect.map(readInput(input, cwd), (body) => ({ path, body }))
}

import { Effect } from "effect"
import { InvalidInput } from "../cli/Errors.ts"
import * as Files from "../cli/Files.ts"
import { BadValue, type ValueOption } from "../cli/Grammar.ts"
import { quote } from "../cli/Text.ts"

/** `--input JSON` or `--input @FILE`. */
export const inputOption: ValueOption = {
  kind: "one",
  names: ["--input"],
  key: "input",
  metavar: "JSON|@FILE",
  help: "what to send, as JSON or from a file"
}

/** What follows an app: a path that starts with a slash, and `key=value` words. */
export interface Rest {
  readonly path: string
  readonly values: Readonly<Record<string, unknown>>
}

/** `key=value` is text, `key:=value` JSON. */
const pair = (word: string): readonly [string, unknown] => {
  const at = word.indexOf("=")
  if (at < 1) throw new BadValue(`must be a path that starts with / or key=value, got ${quote(word)}`)
  const value = word.slice(at + 1)
  if (word[at - 1] !== ":") return [word.slice(0, at), value]
  try {
    return [word.slice(0, at - 1), JSON.parse(value)]
  } catch {
    throw new BadValue(`${word.slice(0, at - 1)}: the value is not JSON: ${quote(value)}`)
  }
}

/** The words behind the app. */
export const rest = (words: ReadonlyArray<string>): Rest => {
  const [first = "", ...others] = words
  const isPath = first.startsWith("/")
  const pairs = isPath ? others : words
  return { path: isPath ? first : "", values: Object.fromEntries(pairs.map(pair)) }
}

/** The JSON to send: of `--input`, else of the pairs. */
export const bodyOf = (
  input: string | undefined,
  values: Rest["values"],
  cwd: string
): Effect.Effect<string, InvalidInput> => {
  if (input === undefined) return Effect.succeed(JSON.stringify(values))
  const text = input.startsWith("@")
    ? Files.read(Files.resolve(cwd, input.slice(1)), input.slice(1))
    : Effect.succeed(input)
  return Effect.flatMap(text, (json) => {
    try {
      JSON.parse(json)
      return Effect.succeed(json)
    } catch (because) {
      return Effect.fail(new InvalidInput({ text: `--input: not JSON: ${String(because)}`, because }))
    }
  })
}

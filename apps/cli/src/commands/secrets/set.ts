import * as Api from "@ebb/protocol/rest/Api"
import { Effect, Schema } from "effect"
import { type Grammar, outputOptions } from "../../cli/Grammar.ts"
import * as Leaf from "../../cli/Leaf.ts"
import { Output } from "../../cli/Output.ts"
import * as Pairs from "../../input/Pairs.ts"
import { ask, connect, envQuery } from "../../sandbox/Connection.ts"
import * as Options from "../../sandbox/Options.ts"
import * as Report from "../../sandbox/Report.ts"

/** The form of older documentation, two words: `set NAME VALUE`. */
const pairs = (words: ReadonlyArray<string>): Readonly<Record<string, string>> => {
  const [name, value] = words
  const isOlder = words.length === 2 && name !== undefined && value !== undefined && !name.includes("=")
  return isOlder ? { [name]: value } : Pairs.named(words)
}

const grammar: Grammar = {
  description: "Set secrets. Runners started from now on see the new values.",
  options: [
    Options.team,
    Options.host,
    {
      kind: "flag",
      names: ["--not-exposed-by-default"],
      key: "notExposed",
      help: "only for runners that ask for it by name"
    },
    Options.env,
    ...outputOptions
  ],
  positionals: [
    { key: "secrets", metavar: "NAME=VALUE", count: "+", help: "name and value of a secret", together: pairs }
  ],
  examples: ["ebb secrets set MODEL_TOKEN=abc", "ebb secrets set A=1 B=2 --env staging"]
}

const words = Schema.Struct({
  ...Options.wordsWithEnv,
  notExposed: Schema.optionalKey(Schema.Boolean),
  secrets: Schema.Record(Schema.String, Schema.String)
})

const run = Effect.fn("secrets.set")(function* (given: typeof words.Type) {
  const { io } = yield* Output
  const connection = yield* connect(given)
  const query = envQuery(io, given.env)
  const defaultExposed = given.notExposed !== true
  for (const [name, value] of Object.entries(given.secrets)) {
    yield* ask(connection, Api.setSecret, { params: { name }, query, body: { value, defaultExposed } })
  }
  return yield* Report.silent
})

/** `ebb secrets set NAME=VALUE …` */
export const set = Leaf.make({ grammar, words, run })

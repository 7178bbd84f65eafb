import * as Argument from "../../kit/Argument.ts"
import * as Api from "@ebb/protocol/rest/Api"
import { Effect } from "effect"
import { Output } from "../../kit/Output.ts"
import * as KeyValues from "../../kit/KeyValues.ts"
import { envQuery } from "../../sandbox/Connection.ts"
import * as Options from "../../sandbox/Options.ts"
import * as SilentCommand from "../../sandbox/SilentCommand.ts"

/** The form of older documentation, two words: `set NAME VALUE`. */
const pairs = (words: ReadonlyArray<string>): Readonly<Record<string, string>> => {
  const [name, value] = words
  const isOlder = words.length === 2 && name !== undefined && value !== undefined && !name.includes("=")
  return isOlder ? { [name]: value } : KeyValues.named(words)
}

/** `ebb secrets set NAME=VALUE …` */
export const set = SilentCommand.make({
  name: "secrets.set",
  description: "Set secrets: runners started from now on see the new values.",
  accepts: {
    notExposed: Argument.flag("--not-exposed-by-default", "only for runners that ask for it by name"),
    env: Options.env,
    secrets: Argument.together("name and value", pairs, { metavar: "NAME=VALUE" })
  },
  examples: ["ebb secrets set MODEL_TOKEN=abc", "ebb secrets set A=1 B=2 --env staging"],
  call: ({ env, notExposed, secrets }, ask) =>
    Effect.flatMap(Output, ({ io }) =>
      Effect.forEach(Object.entries(secrets), ([name, value]) =>
        ask(Api.setSecret, {
          params: { name },
          query: envQuery(io, env),
          body: { value, defaultExposed: !notExposed }
        })
      )
    )
})

import * as Presets from "@ebb/sim/spec/Presets"
import * as Spec from "@ebb/sim/spec/Spec"
import { Effect, Schema } from "effect"
import { join } from "node:path"
import { CommandFailed } from "../kit/Errors.ts"
import * as Files from "../kit/Files.ts"
import { type Grammar, outputOptions } from "../kit/Grammar.ts"
import * as Leaf from "../kit/Leaf.ts"
import { Output } from "../kit/Output.ts"
import * as ShellWords from "@ebb/text/ShellWords"

const grammar: Grammar = {
  description: "Write a commented ebb.yaml, and the JSON Schema that lets an editor complete and check it.",
  options: [
    {
      kind: "one",
      names: ["--preset"],
      key: "preset",
      choices: Presets.names,
      help: "the app and traffic to start from (default: llm)"
    },
    { kind: "flag", names: ["--yes"], key: "yes", help: "overwrite files that are there already" },
    ...outputOptions
  ],
  positionals: [{ key: "dir", metavar: "DIR", count: "?", help: "where to write (default: the working directory)" }],
  examples: ["ebb init", "ebb init rollouts --preset media"]
}

const words = Schema.Struct({
  dir: Schema.optionalKey(Schema.String),
  preset: Schema.optionalKey(Schema.Literals(Presets.names)),
  yes: Schema.optionalKey(Schema.Boolean)
})

const schemaFile = "ebb.schema.json"

const filesOf = (preset: Presets.PresetName): ReadonlyArray<readonly [name: string, text: string]> => [
  ["ebb.yaml", `# yaml-language-server: $schema=./${schemaFile}\n${Presets.presets[preset]}`],
  [schemaFile, `${JSON.stringify(Spec.jsonSchema(), null, 2)}\n`]
]

const run = Effect.fn("init")(function* ({ dir = ".", preset = "llm", yes = false }: typeof words.Type) {
  const output = yield* Output
  const files = filesOf(preset).map(([name, text]) => ({ shown: join(dir, name), text }))
  const there = files.filter(({ shown }) => Files.exists(Files.resolve(output.io.cwd, shown)))
  if (there.length > 0 && !yes) {
    const names = there.map(({ shown }) => shown).join(" and ")
    return yield* new CommandFailed({
      text: `${names} ${there.length === 1 ? "exists" : "exist"} already. Overwrite with --yes`
    })
  }
  for (const { shown, text } of files) yield* Files.write(Files.resolve(output.io.cwd, shown), shown, text)
  if (output.json) {
    yield* output.value({ version: 1, preset, files: files.map(({ shown }) => shown) })
    return 0
  }
  const next = ShellWords.command(dir === "." ? ["ebb", "rehearse"] : ["ebb", "rehearse", join(dir, "ebb.yaml")])
  yield* output.result(`Wrote ${files.map(({ shown }) => shown).join(" and ")}. Try it: ${next}\n`)
  return 0
})

/** `ebb init [DIR]` */
export const init = Leaf.make({ grammar, words, run })

import * as Presets from "@ebb/sim/spec/Presets"
import * as Spec from "@ebb/sim/spec/Spec"
import { Effect } from "effect"
import { join } from "node:path"
import { CommandFailed } from "../kit/Errors.ts"
import * as Files from "../kit/Files.ts"
import * as Argument from "../kit/Argument.ts"
import * as Leaf from "../kit/Leaf.ts"
import { Output } from "../kit/Output.ts"
import * as ShellWords from "@ebb/text/ShellWords"

const accepts = {
  preset: Argument.choice("--preset", Presets.names, "the app and traffic to start from (default: llm)"),
  yes: Argument.flag("--yes", "overwrite files that are there already"),
  ...Argument.output,
  dir: Argument.optionalWord("where to write (default: the working directory)", { metavar: "DIR" })
}

const schemaFile = "ebb.schema.json"

const filesOf = (preset: Presets.PresetName): ReadonlyArray<readonly [name: string, text: string]> => [
  ["ebb.yaml", `# yaml-language-server: $schema=./${schemaFile}\n${Presets.presets[preset]}`],
  [schemaFile, `${JSON.stringify(Spec.jsonSchema(), null, 2)}\n`]
]

const run = Effect.fn("init")(function* ({ dir = ".", preset = "llm", yes }: Argument.Given<typeof accepts>) {
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
export const init = Leaf.make({
  description: "Write a commented ebb.yaml, and the JSON Schema that lets an editor complete and check it.",
  accepts,
  examples: ["ebb init", "ebb init rollouts --preset media"],
  run
})

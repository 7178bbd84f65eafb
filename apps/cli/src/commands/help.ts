import { Effect } from "effect"
import * as Argument from "../kit/Argument.ts"
import type { Group, Leaf as Command } from "../kit/Command.ts"
import { InvalidInput } from "../kit/Errors.ts"
import * as HelpFormatter from "../kit/HelpFormatter.ts"
import * as HelpPages from "../kit/HelpPages.ts"
import * as Leaf from "../kit/Leaf.ts"
import { Output } from "../kit/Output.ts"
import * as Parser from "../kit/Parser.ts"
import * as Sentence from "../kit/Sentence.ts"
import { quote } from "../kit/Text.ts"
import { nearest } from "@ebb/text/Suggestion"

const accepts = {
  ...Argument.output,
  command: Argument.words("the command, such as apps rollout (default: all of them)", { metavar: "COMMAND" })
}

/** The command or group that those words name. */
const find = Effect.fnUntraced(function* (root: Group, words: ReadonlyArray<string>) {
  let node: Command | Group = root
  let program = "ebb"
  for (const word of words) {
    const entries: Group["entries"] = node.kind === "group" ? node.entries : []
    const entry = Parser.find(entries, word)
    if (entry === null) {
      const meant = nearest(
        word,
        entries.map(({ name }) => name)
      )
      const hint = meant === null ? `All commands: ${program} --help` : `Did you mean ${program} ${meant}?`
      return yield* new InvalidInput({ text: `There is no command ${quote(word)} in ${program}. ${hint}` })
    }
    program += ` ${entry.name}`
    node = yield* Effect.promise(entry.load)
  }
  return HelpPages.of(node, program, root)
})

const run = Effect.fn("help")(function* (root: Group, { command }: Argument.Given<typeof accepts>) {
  const { stdout } = yield* Output
  const page = yield* find(root, command)
  const text = HelpFormatter.help(page, stdout.columns ?? 80)
  return yield* Sentence.said(text.trimEnd(), { command: page.program, help: text })
})

/** `ebb help [COMMAND…]`, about all that `root` has. */
export const help = (root: Group) =>
  Leaf.make({
    description: "Show how a command is used.",
    accepts,
    examples: ["ebb help", "ebb help apps rollout"],
    run: (given) => run(root, given)
  })

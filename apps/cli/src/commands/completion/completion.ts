import { Effect } from "effect"
import { BadValue } from "../../kit/Grammar.ts"
import * as Argument from "../../kit/Argument.ts"
import type { Group } from "../../kit/Command.ts"
import * as Leaf from "../../kit/Leaf.ts"
import * as HelpPages from "../../kit/HelpPages.ts"
import * as Bash from "./Bash.ts"
import * as Fish from "./Fish.ts"
import * as Levels from "./Levels.ts"
import * as Zsh from "./Zsh.ts"
import * as Sentence from "../../kit/Sentence.ts"

const shells = ["bash", "zsh", "fish"] as const
const scripts = { bash: Bash.script, zsh: Zsh.script, fish: Fish.script }

/** The public command line has a script for tcsh, so it may be asked for. */
const shellOf = (word: string): string => {
  if (word === "tcsh") throw new BadValue("there is no script for tcsh, only for bash, zsh and fish")
  return word
}

const accepts = {
  ...Argument.output,
  shell: Argument.wordOf(shells, "the shell that is to read it", { convert: shellOf })
}

const run = Effect.fn("completion")(function* (root: Group, { shell }: Argument.Given<typeof accepts>) {
  const pages = yield* Effect.promise(() => HelpPages.all(root, "ebb"))
  const script = scripts[shell](Levels.of(pages))
  return yield* Sentence.said(script.trimEnd(), { shell, script })
})

/** `ebb completion SHELL`, for all that `root` has. */
export const completion = (root: Group) =>
  Leaf.make({
    description: "Print a script that teaches a shell the commands and options of ebb.",
    accepts,
    examples: ["source <(ebb completion bash)", "source <(ebb completion zsh)", "ebb completion fish | source"],
    run: (given) => run(root, given)
  })

import type { Entry } from "../../kit/Command.ts"
import type { Option, Positional } from "../../kit/Grammar.ts"
import type { Page } from "../../kit/HelpFormatter.ts"

/** What may stand in one place of the command line: one of these words, a file, one of these words or a file, or anything. */
export type Value = ReadonlyArray<string> | "file" | WordOrFile | "text"

export interface WordOrFile {
  readonly orWords: ReadonlyArray<string>
}

export const isWordOrFile = (value: Value): value is WordOrFile => typeof value === "object" && "orWords" in value

export interface CompletedOption {
  readonly names: ReadonlyArray<string>
  readonly help: string
  /** Null for a flag. */
  readonly value: Value | null
  /** Takes all the words up to the next option. */
  readonly isList: boolean
}

/** One level of the command line as a shell has to know it. */
export interface Level {
  /** The words that lead here, the program left out: `apps rollout`. */
  readonly at: string
  readonly commands: ReadonlyArray<Entry>
  readonly options: ReadonlyArray<CompletedOption>
  readonly positionals: ReadonlyArray<Value>
  /** Whether the last of them may stand again and again. */
  readonly repeats: boolean
}

const valueOf = (choices: ReadonlyArray<string> | undefined, metavar: string | undefined): Value => {
  if (choices !== undefined) return choices
  const [, words] = /^\{(.+)\}$/.exec(metavar ?? "") ?? []
  if (words !== undefined) return words.split(",")
  return metavar !== undefined && /FILE|SPEC|DIR/.test(metavar) ? "file" : "text"
}

const optionOf = (option: Option): CompletedOption => ({
  names: option.names,
  help: option.help,
  value: option.kind === "flag" ? null : valueOf(option.choices, option.metavar),
  isList: option.kind === "list"
})

const positionalsOf = ({ choices, count, metavar, orWords }: Positional): ReadonlyArray<Value> => {
  // A command with its arguments is most likely one of a file.
  const value = count === "..." ? "file" : valueOf(choices, metavar)
  return orWords === undefined ? [value] : [{ orWords }, value]
}

/** The words behind it name a command, and so do those of all its levels. */
const helpAt = "help"

const commandsOnly = (at: string, commands: Level["commands"]): Level => ({
  at,
  commands,
  options: [],
  positionals: [],
  repeats: false
})

/** The levels of a program by its help pages. */
export const of = (pages: ReadonlyArray<Page>): ReadonlyArray<Level> => {
  const levels = levelsOf(pages)
  const groups = levels.filter(({ commands }) => commands.length > 0)
  const [root, ...below] = groups
  const explained = below.map(({ at, commands }) => commandsOnly(`${helpAt} ${at}`, commands))
  const withHelp = levels.map((level) => (level.at === helpAt ? { ...level, commands: root?.commands ?? [] } : level))
  return [...withHelp, ...explained]
}

const levelsOf = (pages: ReadonlyArray<Page>): ReadonlyArray<Level> =>
  pages.map(({ commands, options, positionals, program }) => ({
    at: program.split(" ").slice(1).join(" "),
    commands,
    options: options.filter(({ hidden }) => hidden !== true).map(optionOf),
    positionals: positionals.flatMap(positionalsOf),
    repeats: ["*", "+", "..."].includes(positionals.at(-1)?.count ?? "")
  }))

/** A way one level down: the words that lead there, by name or alias, and the level that they lead to. */
export interface Step {
  readonly from: ReadonlyArray<string>
  readonly to: string
}

export const steps = (levels: ReadonlyArray<Level>): ReadonlyArray<Step> =>
  levels.flatMap(({ at, commands }) =>
    commands.map(({ aliases = [], name }) => ({
      from: [name, ...aliases].map((word) => `${at} ${word}`.trim()),
      to: `${at} ${name}`.trim()
    }))
  )

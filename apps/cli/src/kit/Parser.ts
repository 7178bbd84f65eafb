import { Action, ArgumentParser, ArgumentTypeError, type ArgumentOptions, SUPPRESS } from "argparse"
import type { Entry } from "./Command.ts"
import { BadValue, type Conversion, type Grammar, noColorOption, type Option, type Positional } from "./Grammar.ts"
import * as HelpFormatter from "./HelpFormatter.ts"
import { quote } from "./Text.ts"
import { nearest } from "@ebb/text/Suggestion"
import { UsageError } from "./UsageError.ts"

/** What one level of the command line parsed to. */
export interface Parsed {
  /** Values by key, of the options given or with a default and of the positionals. */
  readonly values: Readonly<Record<string, unknown>>
  /** Words nobody asked for. */
  readonly extras: ReadonlyArray<string>
}

/** `-h` or `--version` was met: nothing else counts. */
export class Stop extends Error {
  override readonly name = "Stop"
  readonly show: "help" | "version"

  constructor(show: "help" | "version") {
    super(show)
    this.show = show
  }
}

class ShowHelp extends Action {
  override call(): never {
    throw new Stop("help")
  }
}

class ShowVersion extends Action {
  override call(): never {
    throw new Stop("version")
  }
}

const helpOption: Option = {
  kind: "flag",
  names: ["-h", "--help"],
  key: "help",
  help: "show this help and exit"
}
export const versionOption: Option = {
  kind: "flag",
  names: ["--version"],
  key: "version",
  help: "show the version and exit"
}

const toInt = (word: string): number => {
  if (!/^\s*[+-]?\d+\s*$/.test(word)) throw new ArgumentTypeError(`invalid int value: ${quote(word)}`)
  const value = Number(word)
  if (Number.isSafeInteger(value)) return value
  throw new ArgumentTypeError(
    `must be between -${Number.MAX_SAFE_INTEGER} and ${Number.MAX_SAFE_INTEGER}, got ${quote(word)}`
  )
}

/** No option begins so: what does is a value, and a conversion says why it is none. */
const negative = /^-\.?\d/

/** argparse reports an ArgumentTypeError under the argument's name and lets every other error pass as a defect. */
const guarded = (convert: Conversion) => {
  if (convert === "int") return toInt
  return (word: string): unknown => {
    // argparse converts defaults too, and this is its word for "no default".
    if (word === SUPPRESS) return word
    try {
      return convert(word)
    } catch (error) {
      throw error instanceof BadValue ? new ArgumentTypeError(error.message) : error
    }
  }
}

const flagSettings = (option: Option): ArgumentOptions => {
  if (option === helpOption) return { action: ShowHelp, nargs: 0 }
  if (option === versionOption) return { action: ShowVersion, nargs: 0 }
  const stores = option.kind === "flag" ? option.stores : undefined
  return { action: "store_const", const: stores ?? true }
}

const settingsOf = (option: Option): ArgumentOptions => {
  const shared = { dest: option.key, default: SUPPRESS }
  if (option.kind === "flag") return { ...shared, ...flagSettings(option) }
  return {
    ...shared,
    ...(option.kind === "append" ? { action: "append" } : {}),
    ...(option.kind === "list" ? { nargs: "+" } : {}),
    ...(option.choices === undefined ? {} : { choices: [...option.choices] }),
    ...(option.convert === undefined ? {} : { type: guarded(option.convert) }),
    ...(option.required === undefined ? {} : { required: option.required })
  }
}

/** What was probably meant by a word that is none of a few. */
const meantBy = (message: string): ReadonlyArray<string> => {
  const [, word, choices] = /invalid choice: '([^']*)' \(choose from (.*)\)$/.exec(message) ?? []
  if (word === undefined || choices === undefined) return []
  const found = nearest(
    word,
    [...choices.matchAll(/'([^']*)'/g)].map(([, one = ""]) => one)
  )
  return found === null ? [] : [found]
}

/** A list that fills more than a line hides the one word of it that was meant. */
const withoutLongList = (message: string): string =>
  message.replace(/ \(choose from ([^)]*)\)$/, (list) => (list.length > 80 ? "" : list))

/** What an abbreviation may mean, each with the option's first name; argparse declares no type for it. */
type Meanings = ReadonlyArray<readonly [action: { readonly option_strings: ReadonlyArray<string> }, ...unknown[]]>
const meaningsOf: (word: string) => Meanings = Reflect.get(ArgumentParser.prototype, "_get_option_tuples")

class LevelParser extends ArgumentParser {
  readonly page: HelpFormatter.Page

  /** An option that the real command line does not have must not make its abbreviations ambiguous: `--no` of `secrets set`. */
  _get_option_tuples(word: string): Meanings {
    const meanings = meaningsOf.call(this, word)
    const own = meanings.filter(([action]) => !action.option_strings.includes(noColorOption.names[0]))
    return own.length === 1 ? own : meanings
  }

  constructor(page: HelpFormatter.Page) {
    super({ prog: page.program, add_help: false })
    this.page = page
    Reflect.set(this, "_negative_number_matcher", negative)
  }

  override error(problem: string | Error): never {
    const message = typeof problem === "string" ? problem : problem.message
    const meant = meantBy(message)
    throw new UsageError(this.page.program, meant.length === 0 ? message : withoutLongList(message), meant)
  }
}

/** Long options among the words that the page does not have, abbreviations aside. */
const strangers = ({ options }: HelpFormatter.Page, words: ReadonlyArray<string>): ReadonlyArray<string> => {
  const end = words.indexOf("--")
  const names = options.flatMap((option) => option.names)
  return (end < 0 ? words : words.slice(0, end)).filter((word) => {
    const [name = ""] = word.split("=")
    return /^--\w/.test(word) && !names.some((known) => known.startsWith(name))
  })
}

/** An option mistyped leaves its value where no value is expected, which is not what is wrong. */
const blamed = (page: HelpFormatter.Page, words: ReadonlyArray<string>, error: unknown): unknown => {
  if (!(error instanceof UsageError) || page.commands.length > 0) return error
  const unknown = unrecognized(page, strangers(page, words))
  return unknown.isMeant ? unknown : error
}

/** Words that nobody asked for, and the options that were probably meant by them. */
export const unrecognized = (page: HelpFormatter.Page, words: ReadonlyArray<string>): UsageError => {
  const names = page.options
    .flatMap((option) => option.names)
    .flatMap((name) => (name.startsWith("--") ? [name.slice(2)] : []))
  const meant = words
    .filter((word) => word.startsWith("--"))
    .map((word) => nearest(word.slice(2).split("=")[0] ?? "", names))
    .filter((name) => name !== null)
    .map((name) => `--${name}`)
    .filter((name) => !words.some((word) => word.split("=")[0] === name))
  return new UsageError(page.program, `unrecognized arguments: ${words.join(" ")}`, meant)
}

type Target = Pick<ArgumentParser, "add_argument">

/** Where to add an argument: the parser, or the set of those that exclude each other, made when it is first met. */
const targets = (parser: ArgumentParser) => {
  const sets = new Map<string, Target>()
  return (exclusive: string | undefined): Target => {
    if (exclusive === undefined) return parser
    const set = sets.get(exclusive) ?? parser.add_mutually_exclusive_group()
    sets.set(exclusive, set)
    return set
  }
}

const addOption = (target: Target, option: Option): void => {
  const [first, second] = option.names
  if (second === undefined) target.add_argument(first, settingsOf(option))
  else target.add_argument(first, second, settingsOf(option))
}

const addPositional = (target: Target, positional: Positional): void => {
  const { choices, convert, count, key } = positional
  target.add_argument(key, {
    metavar: HelpFormatter.nameOf(positional),
    ...(choices === undefined ? {} : { choices: [...choices] }),
    ...(count === undefined ? {} : { nargs: count }),
    // argparse holds a default that is a text against the choices.
    ...(count === "?" || count === "*" ? { default: choices === undefined ? SUPPRESS : null } : {}),
    ...(convert === undefined ? {} : { type: guarded(convert) })
  })
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null

const parsedBy = (parser: LevelParser, page: HelpFormatter.Page, words: ReadonlyArray<string>) => {
  try {
    const found: ReadonlyArray<unknown> = page.positionals.some(({ count }) => count === "*")
      ? // A first positional would otherwise take an empty list with it, and words behind the next option were too many.
        parser.parse_known_intermixed_args([...words])
      : parser.parse_known_args([...words])
    return found
  } catch (error) {
    throw blamed(page, words, error)
  }
}

/** Parses the words of one level; a group takes its subcommand and leaves all that follows it untouched, under `command`. */
export const parse = (page: HelpFormatter.Page, words: ReadonlyArray<string>): Parsed => {
  const parser = new LevelParser(page)
  const target = targets(parser)
  for (const option of page.options) addOption(target(option.exclusive), option)
  for (const positional of page.positionals) addPositional(target(positional.exclusive), positional)
  if (page.commands.length > 0) parser.add_argument("command", { nargs: "A..." })
  const [values, extras] = parsedBy(parser, page, words)
  const found = isRecord(values) ? { ...values } : {}
  for (const positional of page.positionals) joinWords(parser, positional, found)
  return { values: found, extras: Array.isArray(extras) ? extras.map(String) : [] }
}

const joinWords = (parser: LevelParser, positional: Positional, values: Record<string, unknown>): void => {
  const { key, together } = positional
  const words = values[key]
  if (together === undefined || !Array.isArray(words)) return
  try {
    values[key] = together(words.map(String))
  } catch (error) {
    if (!(error instanceof BadValue)) throw error
    parser.error(`argument ${HelpFormatter.nameOf(positional)}: ${error.message}`)
  }
}

/** The entry of that name or alias; null where there is none. */
export const find = (entries: ReadonlyArray<Entry>, name: string): Entry | null =>
  entries.find((entry) => entry.name === name || (entry.aliases ?? []).includes(name)) ?? null

/** The page of a level, the options that every level has included. */
export const pageOf = (
  program: string,
  grammar: Grammar,
  shared: ReadonlyArray<Option>,
  commands: ReadonlyArray<Entry> = []
): HelpFormatter.Page => ({
  program,
  description: grammar.description,
  options: [helpOption, ...shared, ...grammar.options],
  positionals: grammar.positionals,
  commands,
  examples: grammar.examples ?? []
})

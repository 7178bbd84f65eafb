import type { Entry, Group, Leaf } from "./Command.ts"
import type { Option } from "./Grammar.ts"
import type { Page } from "./HelpFormatter.ts"
import * as HelpPages from "./HelpPages.ts"
import * as Parser from "./Parser.ts"
import { UsageError } from "./UsageError.ts"

/** `--team` of `--team=acme`. */
const nameIn = (word: string): string => word.split("=")[0] ?? ""

const optionOf = (page: Page, word: string): Option | null =>
  page.options.find(({ names }) => names.includes(nameIn(word))) ?? null

const isOption = (word: string): boolean => /^-./.test(word)

const afterCommand = (level: string, program: string, words: string): UsageError =>
  new UsageError(level, `${nameIn(words.split(" ")[0] ?? "")} comes after the command: ${program} ${words}`)

/** What is wrong with words that nobody asked for: those that stand before the command and that it takes belong behind it. */
export const unrecognized = (page: Page, before: ReadonlyArray<string>, extras: ReadonlyArray<string>): UsageError => {
  const strange = before.filter((word) => optionOf(page, word) === null)
  const unknown = [...strange, ...extras]
  if (unknown.length > 0) return Parser.unrecognized(page, unknown)
  return afterCommand(page.program, page.program, before.join(" "))
}

/** The command that words lead to, as far as they do. */
const pageBelow = async (group: Group, root: Group, program: string, words: ReadonlyArray<string>): Promise<Page> => {
  let node: Group | Leaf = group
  let path = program
  for (const word of words.filter((one) => !isOption(one))) {
    const entry: Entry | null = node.kind === "group" ? Parser.find(node.entries, word) : null
    if (entry === null) break
    node = await entry.load()
    path = `${path} ${entry.name}`
  }
  return HelpPages.of(node, path, root)
}

/** Where a group stands: the root of all, and the words that lead to it. */
export interface Place {
  readonly root: Group
  readonly program: string
}

/**
 * What is wrong where the word in the place of a command is the value of an option before it, as in `ebb --team acme apps list`;
 * null where it is not.
 */
export const withValue = async (
  group: Group,
  { program, root }: Place,
  before: ReadonlyArray<string>,
  [value = "", ...rest]: ReadonlyArray<string>
): Promise<UsageError | null> => {
  const word = before.at(-1)
  if (word === undefined || !isOption(word) || word.includes("=")) return null
  const pages = await HelpPages.all(group, program)
  const known = pages.map((page) => optionOf(page, word)).filter((option) => option !== null)
  if (known.length === 0) return new UsageError(program, `unrecognized arguments: ${word}`)
  if (known.every(({ kind }) => kind === "flag")) return null
  const page = await pageBelow(group, root, program, rest)
  const isOfPage = optionOf(page, word) !== null
  return afterCommand(program, isOfPage ? page.program : `${program} COMMAND`, `${word} ${value}`)
}

import * as MessageBlock from "./MessageBlock.ts"
import * as EarlyOption from "./EarlyOption.ts"
import type { Entry, Group, Leaf } from "./Command.ts"
import * as HelpFormatter from "./HelpFormatter.ts"
import type { Io } from "./Io.ts"
import * as HelpPages from "./HelpPages.ts"
import * as Parser from "./Parser.ts"
import * as Terminal from "./Terminal.ts"
import { quote } from "./Text.ts"
import { nearest } from "@ebb/text/Suggestion"
import { UsageError } from "./UsageError.ts"

/** The whole program: its commands and its version. */
export interface Program {
  readonly name: string
  readonly version: string
  readonly root: Group
  /** What is said where nothing was asked for. */
  readonly welcome: string
}

/** Where the descent through the command line has come to. */
interface Level {
  readonly program: string
  readonly words: ReadonlyArray<string>
  /** Words that the levels above did not know. */
  readonly extras: ReadonlyArray<string>
  /** Switches given above. */
  readonly switches: Readonly<Record<string, unknown>>
}

/** A command of the public CLI that this program does without. */
class Elsewhere extends Error {}

const switchKeys = HelpPages.shared.map(({ key }) => key)

const switchesOf = (values: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(values).filter(([key]) => switchKeys.includes(key)))

const columnsOf = (io: Io): number => Terminal.make(io.stdout, io.env, true).columns ?? 80

const parse = (io: Io, page: HelpFormatter.Page, words: ReadonlyArray<string>): Parser.Parsed => {
  try {
    return Parser.parse(page, words)
  } catch (error) {
    if (error instanceof Parser.Stop && error.show === "help") throw new Shown(HelpFormatter.help(page, columnsOf(io)))
    throw error
  }
}

/** Text asked for in place of a command's work. */
class Shown extends Error {}

/** Commands of that name further down, as one has to type them. */
const elsewhereInTree = async (program: Program, name: string): Promise<ReadonlyArray<string>> => {
  const pages = await HelpPages.all(program.root, program.name)
  return pages.map((page) => page.program).filter((words) => words.split(" ").length > 2 && words.endsWith(` ${name}`))
}

const unknownCommand = async (
  program: Program,
  group: Group,
  level: Level,
  words: ReadonlyArray<string>
): Promise<Error> => {
  const [name = ""] = words
  const instead = group.elsewhere?.get(name)
  if (instead !== undefined) return new Elsewhere(`'${name}' is not part of a local sandbox. ${instead}`)
  const place = { program: level.program, root: program.root }
  const early = await EarlyOption.withValue(group, place, level.extras, words)
  if (early !== null) return early
  const deeper = level.program === program.name ? await elsewhereInTree(program, name) : []
  const names = group.entries.flatMap((entry) => [entry.name, ...(entry.aliases ?? [])])
  const near = nearest(name, names)
  const meant = [...(near === null ? [] : [`${level.program} ${near}`]), ...deeper]
  return new UsageError(level.program, `there is no command ${quote(name)}`, meant)
}

const runLeaf = async (leaf: Leaf, page: HelpFormatter.Page, level: Level, io: Io): Promise<number> => {
  const { extras, values } = parse(io, page, level.words)
  if (level.extras.length + extras.length > 0) throw EarlyOption.unrecognized(page, level.extras, extras)
  const all = { ...level.switches, ...values }
  const on = (key: string) => all[key] === true
  const switches = {
    debug: on("debug"),
    pdb: on("pdb"),
    cprofile: on("cprofile"),
    noColor: on("noColor"),
    json: values["output"] === "json"
  }
  const { execute } = await import("./Execute.ts")
  return execute(leaf, values, switches, { io, command: level.program.split(" ").slice(1).join(" ") })
}

const descend = async (program: Program, node: Leaf | Group, level: Level, io: Io): Promise<number> => {
  const page = HelpPages.of(node, level.program, program.root)
  if (node.kind === "leaf") return runLeaf(node, page, level, io)
  const { extras, values } = parse(io, page, level.words)
  const command: unknown = values["command"]
  const typed = Array.isArray(command) ? command.map(String) : []
  const [name = "", ...words] = typed
  const entry: Entry | null = Parser.find(node.entries, name)
  const before = [...level.extras, ...extras]
  if (entry === null) throw await unknownCommand(program, node, { ...level, extras: before }, typed)
  const next: Level = {
    program: `${level.program} ${entry.name}`,
    words,
    extras: before,
    switches: { ...level.switches, ...switchesOf(values) }
  }
  return descend(program, await entry.load(), next, io)
}

const answer = (program: Program, error: unknown, io: Io): number => {
  if (error instanceof Shown) {
    io.stdout.write(error.message)
    return 0
  }
  if (error instanceof Parser.Stop) {
    io.stdout.write(`${program.version}\n`)
    return 0
  }
  if (error instanceof UsageError) {
    io.stderr.write(error.text)
    return 2
  }
  if (!(error instanceof Elsewhere)) throw error
  io.stderr.write(MessageBlock.error(Terminal.make(io.stderr, io.env, false), error.message))
  return 2
}

/** Runs the program on the words after its name; answers the exit code and never throws for what a user did. */
export const run = async (program: Program, words: ReadonlyArray<string>, io: Io): Promise<number> => {
  if (words.length === 0) {
    io.stdout.write(program.welcome)
    return 0
  }
  const level: Level = { program: program.name, words, extras: [], switches: {} }
  try {
    return await descend(program, program.root, level, io)
  } catch (error) {
    return answer(program, error, io)
  }
}

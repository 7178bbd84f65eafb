import type { Entry } from "./Command.ts"
import { wrap } from "@ebb/text/Wrap"
import type { Option, OptionGroup, Positional } from "./Grammar.ts"

/** One level of the command line as its help shows it: the program, a group or a command. */
export interface Page {
  /** The words that lead here: `ebb apps rollout`. */
  readonly program: string
  readonly description: string
  /** In the order of the usage line, `-h` first. */
  readonly options: ReadonlyArray<Option>
  readonly positionals: ReadonlyArray<Positional>
  /** The subcommands of a group. */
  readonly commands: ReadonlyArray<Entry>
  readonly examples: ReadonlyArray<string>
}

const helpColumnMax = 30

const metavarOf = (option: Option): string => {
  if (option.kind === "flag") return ""
  if (option.choices !== undefined) return `{${option.choices.join(",")}}`
  if (option.metavar !== undefined) return option.metavar
  return (option.names.at(-1) ?? "").replace(/^-+/, "").replaceAll("-", "_").toUpperCase()
}

const valueOf = (option: Option): string => {
  const metavar = metavarOf(option)
  if (metavar === "") return ""
  return option.kind === "list" ? ` ${metavar} [${metavar} ...]` : ` ${metavar}`
}

/** The name under which an argument stands in usage lines and errors. */
export const nameOf = ({ choices, key, metavar }: Positional): string =>
  metavar ?? (choices === undefined ? key : `{${choices.join(",")}}`)

const positionalUsage = (positional: Positional): string => {
  const { count } = positional
  const metavar = nameOf(positional)
  if (count === "?") return `[${metavar}]`
  if (count === "*") return `[${metavar} ...]`
  if (count === "+") return `${metavar} [${metavar} ...]`
  return count === "..." ? "..." : metavar
}

const optionUsage = (option: Option): string => `${option.names[0]}${valueOf(option)}`

/** Options that exclude each other and stand side by side share one pair of brackets. */
const optionParts = (options: ReadonlyArray<Option>): ReadonlyArray<string> => {
  const parts: Array<string> = []
  let previous: string | undefined
  for (const option of options) {
    const usage = optionUsage(option)
    if (option.exclusive !== undefined && option.exclusive === previous) {
      parts.push(`${(parts.pop() ?? "").slice(0, -1)} | ${usage}]`)
    } else {
      parts.push(option.kind !== "flag" && option.required === true ? usage : `[${usage}]`)
    }
    previous = option.exclusive
  }
  return parts
}

const fill = (parts: ReadonlyArray<string>, indent: string, width: number, first = indent): ReadonlyArray<string> => {
  const lines: Array<string> = []
  let line = first
  const pieces = parts.flatMap((part) => (indent.length + part.length > width ? part.split(/(?<= \|) /) : [part]))
  for (const part of pieces) {
    const start = line === first || line === indent
    if (!start && line.length + 1 + part.length > width) {
      lines.push(line)
      line = indent + part
    } else {
      line += start ? part : ` ${part}`
    }
  }
  return line === indent && lines.length > 0 ? lines : [...lines, line]
}

const visible = (page: Page): ReadonlyArray<Option> => page.options.filter((option) => option.hidden !== true)

const leadOf = ({ program }: Page): string => `Usage: ${program} `

/** The usage line, broken before `columns` (null: never) as argparse breaks it. */
export const usage = (page: Page, columns: number | null): string => {
  const optional = optionParts(visible(page))
  const positional = page.positionals.map(positionalUsage)
  if (page.commands.length > 0) positional.push("command ...")
  const lead = leadOf(page)
  const whole = lead + [...optional, ...positional].join(" ")
  const width = columns === null ? Infinity : columns - 2
  if (whole.length <= width) return whole.trimEnd()
  const indent = " ".repeat(lead.length)
  const lines = fill(optional, indent, width, lead)
  return [...lines, ...(positional.length > 0 ? fill(positional, indent, width) : [])].join("\n")
}

type Row = readonly [left: string, help: string]

const optionRow = (option: Option): Row => [option.names.map((name) => name + valueOf(option)).join(", "), option.help]

interface Section {
  readonly title: string
  readonly rows: ReadonlyArray<Row>
}

const sections = (page: Page): ReadonlyArray<Section> => {
  const options = (group: OptionGroup) =>
    visible(page)
      .filter((option) => (option.group ?? "options") === group)
      .map(optionRow)
  const positionals = page.positionals.map((one): Row => [nameOf(one), one.help])
  const commands = page.commands.map(({ aliases = [], name, summary }): Row => [[name, ...aliases].join(", "), summary])
  return [
    { title: "Positional Arguments:", rows: positionals },
    { title: "Options:", rows: options("options") },
    { title: "Output:", rows: options("output") },
    { title: "Commands:", rows: commands },
    { title: "Debug:", rows: options("debug") }
  ].filter(({ rows }) => rows.length > 0)
}

const renderRow = ([left, help]: Row, column: number, width: number): ReadonlyArray<string> => {
  const lines = wrap(help, Math.max(width - column, 11))
  const lead = `  ${left}`
  const indent = " ".repeat(column)
  const rest = lines.map((line) => indent + line)
  if (lead.length > column - 2) return [lead, ...rest]
  return [lead.padEnd(column) + (lines[0] ?? ""), ...rest.slice(1)]
}

/** An option whose choices are wider than a usage line: they stand in its help instead of its value. */
const fitted = (option: Option, room: number): Option => {
  if (option.kind === "flag" || option.choices === undefined) return option
  if (`[${optionUsage(option)}]`.length <= room) return option
  const { choices, ...rest } = option
  const lead = option.kind === "list" ? ":" : "; one of"
  return { ...rest, help: `${option.help}${lead} ${choices.join(", ")}` }
}

/** The whole help page, for a terminal of so many columns. */
export const help = (whole: Page, columns: number): string => {
  const width = columns - 2
  const page = { ...whole, options: whole.options.map((option) => fitted(option, width - leadOf(whole).length)) }
  const parts = sections(page)
  const widest = Math.max(...parts.flatMap(({ rows }) => rows.map(([left]) => left.length)))
  const column = Math.min(widest + 4, helpColumnMax)
  const blocks = [usage(page, columns), wrap(page.description, width).join("\n")]
  for (const { rows, title } of parts) {
    blocks.push([title, ...rows.flatMap((row) => renderRow(row, column, width))].join("\n"))
  }
  if (page.examples.length > 0) blocks.push(["Examples:", ...page.examples.map((line) => `  ${line}`)].join("\n"))
  return `${blocks.join("\n\n")}\n`
}

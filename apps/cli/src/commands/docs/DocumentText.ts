import { wrap } from "@ebb/text/Wrap"
import * as Terminal from "../../kit/Terminal.ts"
import * as DocumentTable from "./DocumentTable.ts"

const heading = /^#{1,6} +(.*)$/
const item = /^( *)([-*]|\d+\.) +(.*)$/
const fence = /^ *```/
const picture = /!\[([^\]]*)\]\([^)]*\)/g
const anchor = /\[([^\]]+)\]\(#[^)]*\)/g
const link = /\[([^\]]+)\]\((?:[^)#\s]*\/)?([\w-]+)\.md(?:#[^)]*)?\)/g
const otherLink = /\[([^\]]+)\]\(([^)\s]+)\)/g
const emphasis = /(?<![\w*])(\*{1,2})(?=\S)([^*]+?)(?<=\S)\1(?![\w*])/g

/** Lines longer than this are hard to read, however wide the terminal is. */
const widest = 100

/** Emphasis is left out; asterisks in code are none. */
const withoutEmphasis = (text: string): string => {
  const codes: Array<string> = []
  const masked = text.replace(/`[^`]*`/g, (code) => `\0${codes.push(code) - 1}\0`)
  return masked.replace(emphasis, "$2").replace(/\0(\d+)\0/g, (_, at: string) => codes[Number(at)]!)
}

const withoutMarks = (text: string): string =>
  withoutEmphasis(text)
    .replace(picture, "(Picture: $1)")
    .replace(link, (_, words: string, topic: string) =>
      words === `${topic}.md` ? `ebb docs ${topic}` : `${words} (ebb docs ${topic})`
    )
    .replace(anchor, "$1")
    .replace(otherLink, "$1 ($2)")

type Kind = "blank" | "code" | "fence" | "heading" | "item" | "table" | "text"

const kindOf = (line: string, before: Kind): Kind => {
  if (fence.test(line)) return "fence"
  if (line.trim() === "") return "blank"
  if (line.startsWith("|")) return "table"
  if (heading.test(line)) return "heading"
  if (item.test(line)) return "item"
  return /^ {4}/.test(line) && before !== "item" && before !== "text" ? "code" : "text"
}

interface Block {
  readonly kind: Kind
  readonly lines: Array<string>
}

/** What belongs together: a table, a paragraph, an item of a list with the lines that it goes on in. */
const blocksOf = (markdown: string): ReadonlyArray<Block> => {
  const blocks: Array<Block> = []
  let isFenced = false
  for (const line of markdown.split("\n")) {
    const last = blocks.at(-1)
    const kind = isFenced ? (fence.test(line) ? "fence" : "code") : kindOf(line, last?.kind ?? "blank")
    if (kind === "fence") {
      isFenced = !isFenced
      continue
    }
    const goesOn = (kind === "text" && (last?.kind === "item" || last?.kind === "text")) || kind === "table"
    if (last !== undefined && goesOn && (kind !== "table" || last.kind === "table")) last.lines.push(line)
    else blocks.push({ kind, lines: [isFenced ? `    ${line}` : line] })
  }
  return blocks
}

const joined = (lines: ReadonlyArray<string>): string => withoutMarks(lines.map((line) => line.trim()).join(" "))

const itemLines = (lines: ReadonlyArray<string>, width: number): ReadonlyArray<string> => {
  const [, indent = "", mark = "-", first = ""] = item.exec(lines[0] ?? "") ?? []
  const lead = `${indent}${mark} `
  const text = joined([first, ...lines.slice(1)])
  return wrap(text, width - lead.length).map((line, at) => (at === 0 ? lead : " ".repeat(lead.length)) + line)
}

const linesOf = ({ kind, lines }: Block, width: number, terminal: Terminal.Terminal): ReadonlyArray<string> => {
  if (kind === "heading") return lines.map((line) => Terminal.paint(terminal, "bold", line.replace(heading, "$1")))
  if (kind === "item") return itemLines(lines, width)
  if (kind === "text") return wrap(joined(lines), width)
  return kind === "table" ? DocumentTable.lines(lines.map(withoutMarks), width, terminal) : lines
}

/**
 * A document as a terminal shows it: headings stand out, links to others are commands. `columns`: of the terminal that it ends up
 * on, which behind a pager is not where it is written to; null where there is none.
 */
export const render = (markdown: string, terminal: Terminal.Terminal, columns: number | null): string => {
  const width = Math.min(widest, columns ?? widest)
  const lines = blocksOf(markdown).flatMap((block) => linesOf(block, width, terminal))
  return Terminal.plain(terminal, lines.join("\n"))
}

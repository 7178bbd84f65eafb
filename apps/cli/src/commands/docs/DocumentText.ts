import * as Terminal from "../../kit/Terminal.ts"

const heading = /^#{1,6} +(.*)$/
const link = /\[([^\]]+)\]\((?:[^)#\s]*\/)?([\w-]+)\.md(?:#[^)]*)?\)/g
const otherLink = /\[([^\]]+)\]\(([^)\s]+)\)/g

const lineOf = (terminal: Terminal.Terminal, line: string): string => {
  const [, title] = heading.exec(line) ?? []
  if (title !== undefined) return Terminal.paint(terminal, "bold", title)
  return line
    .replace(link, (_, text: string, topic: string) =>
      text === `${topic}.md` ? `ebb docs ${topic}` : `${text} (ebb docs ${topic})`
    )
    .replace(otherLink, "$1 ($2)")
}

/** A document as a terminal shows it: headings stand out, links to others are commands. */
export const render = (markdown: string, terminal: Terminal.Terminal): string => {
  let isCode = false
  const lines = markdown.split("\n").flatMap((line) => {
    if (line.startsWith("```")) {
      isCode = !isCode
      return []
    }
    return [isCode ? `    ${line}` : lineOf(terminal, line)]
  })
  return Terminal.plain(terminal, lines.join("\n"))
}

import * as Terminal from "./Terminal.ts"
import { printable } from "./Text.ts"
import { wrap } from "@ebb/text/Wrap"

/** A message behind a mark: further lines are indented by two columns; on a terminal it wraps under that indent. */
const block = (terminal: Terminal.Terminal, mark: string, tone: Terminal.Tone, text: string): string => {
  const width = terminal.isTerminal && terminal.columns !== null ? terminal.columns - 2 : Infinity
  const given = text.split("\n").map(printable)
  const lines = given.flatMap((line) => (line.length <= width ? [line] : wrap(line, width)))
  const head = Terminal.paint(terminal, tone, mark)
  return (
    Terminal.plain(
      terminal,
      [`${head} ${lines[0] ?? ""}`.trimEnd(), ...lines.slice(1).map((line) => `  ${line}`)].join("\n")
    ) + "\n"
  )
}

/** An error as it goes to stderr, line end included. */
export const error = (terminal: Terminal.Terminal, text: string): string => block(terminal, "✘", "boldRed", text)

/** A check that is met. */
export const success = (terminal: Terminal.Terminal, text: string): string => block(terminal, "✓", "boldGreen", text)

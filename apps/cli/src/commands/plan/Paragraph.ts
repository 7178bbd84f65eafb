import { wrap } from "@ebb/text/Wrap"
import * as Terminal from "../../kit/Terminal.ts"

const proseMax = 90

/** A paragraph behind a mark, its further lines below its first word; each line in the tone, as a terminal may end colours with it. */
const marked = (
  sign: string,
  text: string,
  terminal: Terminal.Terminal,
  width: number,
  tone: Terminal.Tone | null
): ReadonlyArray<string> =>
  wrap(Terminal.plain(terminal, text), Math.min(width, proseMax) - 2).map((line, at) => {
    const whole = `${at === 0 ? sign : " "} ${line}`
    return tone === null ? whole : Terminal.paint(terminal, tone, whole)
  })

/** The answer to the question. */
export const answer = (text: string, terminal: Terminal.Terminal, width: number): ReadonlyArray<string> =>
  marked(terminal.unicode ? "►" : ">", text, terminal, width, "boldGreen")

/** That there is none. */
export const noAnswer = (text: string, terminal: Terminal.Terminal, width: number): ReadonlyArray<string> =>
  marked("!", text, terminal, width, "yellow")

/** What else is to be known. */
export const reason = (text: string, terminal: Terminal.Terminal, width: number): ReadonlyArray<string> =>
  marked(terminal.unicode ? "·" : "-", text, terminal, width, null)

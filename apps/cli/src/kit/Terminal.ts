import type { Io, Sink } from "./Io.ts"

/** How one output stream may be written to. */
export interface Terminal {
  readonly isTerminal: boolean
  readonly colour: boolean
  /** False where the encoding cannot carry more than ASCII. */
  readonly unicode: boolean
  /** Columns of the terminal; null when nobody says, as with a file or a pipe. */
  readonly columns: number | null
}

type Env = Io["env"]

const columnsOf = (sink: Sink, env: Env): number | null => {
  const told = Number(env["COLUMNS"])
  if (Number.isInteger(told) && told > 0) return told
  // A terminal that nobody sized says 0.
  return sink.isTerminal ? sink.columns || 80 : null
}

const isSet = (value: string | undefined): boolean => value !== undefined && value !== ""

/** A dumb terminal knows no escape sequence, and the option promises that there is none; NO_COLOR is about colours alone. */
const escapes = (env: Env, noColor: boolean): boolean => !noColor && env["TERM"] !== "dumb"

/** Whether the cursor may be moved, to draw over what is there. */
export const isDrawnOn = (sink: Sink, env: Env, noColor: boolean): boolean => sink.isTerminal && escapes(env, noColor)

const colourOf = (sink: Sink, env: Env, noColor: boolean): boolean => {
  if (!escapes(env, noColor) || isSet(env["NO_COLOR"])) return false
  return isSet(env["FORCE_COLOR"]) || sink.isTerminal
}

/** A locale that names no character set, like C, carries ASCII only; no locale at all says nothing against Unicode. */
const unicodeOf = (env: Env): boolean => {
  const locale = [env["LC_ALL"], env["LC_CTYPE"], env["LANG"]].find(isSet)
  return locale === undefined || /utf-?8/i.test(locale)
}

/** What the stream and the environment allow; `noColor` is the option of that name. */
export const make = (sink: Sink, env: Env, noColor: boolean): Terminal => ({
  isTerminal: sink.isTerminal,
  colour: colourOf(sink, env, noColor),
  unicode: unicodeOf(env),
  // Asked for each time: a terminal is made larger and smaller while it is drawn on.
  get columns() {
    return columnsOf(sink, env)
  }
})

const codes = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, boldRed: "1;31", boldGreen: "1;32" } as const
export type Tone = keyof typeof codes

/** The text in a tone, or as it is where the stream takes no colour. */
export const paint = (terminal: Terminal, tone: Tone, text: string): string =>
  terminal.colour ? `\u001b[${codes[tone]}m${text}\u001b[0m` : text

const ascii: Readonly<Record<string, string>> = {
  "✘": "x",
  "✓": "+",
  "▸": ">",
  "•": "-",
  "·": "-",
  "─": "-",
  "–": "-",
  "×": "x",
  "±": "+-",
  "…": "...",
  "’": "'",
  "€": "EUR",
  "£": "GBP",
  "¥": "JPY"
}

/** The text as the stream's encoding can carry it. */
export const plain = (terminal: Terminal, text: string): string =>
  terminal.unicode ? text : text.replace(/\P{ASCII}/gu, (char) => ascii[char] ?? "?")

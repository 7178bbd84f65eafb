import type { ModeNumbers, Verdict } from "@ebb/sim/report/Verdict"
import * as ShellWords from "@ebb/text/ShellWords"
import { wrap } from "@ebb/text/Wrap"
import * as Table from "../../kit/Table.ts"
import * as Terminal from "../../kit/Terminal.ts"

const proseMax = 90
const mark = "►"
const headers = ["failed", "p99 during", "below capacity", "cost"]

const indented = (text: string, width: number, indent = "  "): ReadonlyArray<string> =>
  wrap(text, Math.min(width, proseMax) - indent.length).map((line) => indent + line)

/** A paragraph behind a mark, its further lines below its first word. */
const marked = (sign: string, text: string, width: number): ReadonlyArray<string> =>
  indented(text, width).map((line, at) => (at === 0 ? `${sign}${line.slice(1)}` : line))

/** The lines of a paragraph, each in the tone: a terminal may end colours with the line. */
const painted = (terminal: Terminal.Terminal, tone: Terminal.Tone, lines: ReadonlyArray<string>) =>
  lines.map((line) => Terminal.paint(terminal, tone, line))

const numbers = (modes: ReadonlyArray<ModeNumbers>, terminal: Terminal.Terminal, width: number) => {
  const plain = (text: string): string => Terminal.plain(terminal, text)
  const sign = plain(mark)
  const rows = modes.map(({ belowCapacity, cost, failed, isAdvised, mode, p99 }) => ({
    label: `${isAdvised ? sign : " "} ${mode}`,
    cells: [failed, p99, belowCapacity, cost].map(plain)
  }))
  const [head = "", ...lines] = Table.plain(headers, rows, width, (text) => Terminal.paint(terminal, "dim", text))
  const toneOf = (label: string): Terminal.Tone | null => {
    const found = modes.find(({ mode }) => label.slice(2).startsWith(mode))
    if (found?.isAdvised === true) return "bold"
    return found?.isFailing === true ? "red" : null
  }
  return [
    head,
    ...lines.map((line) => {
      const tone = toneOf(line)
      return tone === null ? line : Terminal.paint(terminal, tone, line)
    })
  ]
}

/** What to type next. */
export interface Next {
  /** Starts a sandbox with this app. */
  readonly up: string
  /** Options that the user may add to see or keep more. */
  readonly more: ReadonlyArray<string>
  /** Whether a gate was given already. */
  readonly isGated: boolean
}

const nextLines = ({ command, gate }: Verdict, { isGated, more, up }: Next, width: number): ReadonlyArray<string> => {
  const labelled = (label: string, text: string): string => `  ${label.padEnd(6)}${text}`
  const run = command === null ? [] : [labelled("Run:", command), labelled("", `(in a sandbox with this app: ${up})`)]
  const oneLine = run.length > 0 && run[0]!.length + 3 + run[1]!.trim().length <= width
  return [
    ...(oneLine ? [`${run[0]!}   ${run[1]!.trim()}`] : run),
    labelled("More:", more.join(" · ")),
    ...(gate === null || isGated ? [] : [labelled("Gate:", ShellWords.command(["--assert", gate]))])
  ]
}

/** What a rehearsal comes to, for people: what has to be known first, what to do, four numbers a mode, why, what next. */
export const lines = (
  verdict: Verdict,
  next: Next,
  terminal: Terminal.Terminal,
  width: number
): ReadonlyArray<string> => {
  const { headline, modes, reasons, warnings } = verdict
  const advice = headline === null ? [] : painted(terminal, "boldGreen", marked(mark, headline, width))
  const sections = [
    warnings.flatMap((warning) => painted(terminal, "yellow", marked("!", warning, width))),
    [...advice, ...numbers(modes, terminal, width)],
    reasons.flatMap((reason) => marked("·", reason, width)),
    nextLines(verdict, next, width)
  ]
  return sections.filter((section) => section.length > 0).flatMap((lines, at) => (at === 0 ? lines : ["", ...lines]))
}

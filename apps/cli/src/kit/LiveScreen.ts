import type { Output } from "./Output.ts"
import * as Terminal from "./Terminal.ts"

/** Lines on a terminal that are drawn over again in place. */
export interface LiveScreen {
  /** Draws what is different from the last time. */
  readonly draw: (lines: ReadonlyArray<string>) => void
  readonly end: () => void
}

/** No more than this can be told apart, and a terminal over a slow line can take. */
export const drawEveryMs = 100

// Without automatic wrapping a line that is too long is cut by the terminal itself, colours and all.
const hideCursor = "\u001b[?25l\u001b[?7l"
const showCursor = "\u001b[?7h\u001b[?25h"
const alternate = "\u001b[?1049h"
const normal = "\u001b[?1049l"
const restOfLine = "\u001b[K"
const restOfScreen = "\u001b[J"
const clear = "\u001b[2J"
const sizeUnknown = { columns: 80, rows: 24 }

/** What a terminal is told before the first picture and after the last. */
interface Frame {
  readonly begin: string
  readonly end: string
  /** The change from one picture to the next; `resized`: nothing of the old one can be relied on. */
  readonly change: (before: ReadonlyArray<string>, after: ReadonlyArray<string>, resized: boolean) => string
}

/** How much room there is to draw in. */
export const sizeOf = ({ io, stdout }: Output["Service"]) => ({
  columns: stdout.columns ?? sizeUnknown.columns,
  rows: io.stdout.rows ?? sizeUnknown.rows
})

// Three dots would make a line that was cut too long again.
const asciiCut = (line: string): string => line.replace(/(?<=\S)…/g, "~")

const screen = (output: Output["Service"], frame: Frame, fit: (lines: ReadonlyArray<string>) => typeof lines) => {
  const { io, stdout } = output
  let drawn: ReadonlyArray<string> = []
  let size = ""
  let open: (() => void) | null = null
  const draw = (all: ReadonlyArray<string>): void => {
    const lines = fit(all).map((line) => Terminal.plain(stdout, stdout.unicode ? line : asciiCut(line)))
    const { columns, rows } = sizeOf(output)
    const resized = size !== `${columns}x${rows}`
    if (open !== null && !resized && lines.join("\n") === drawn.join("\n")) return
    const begin = open === null ? frame.begin : ""
    open ??= io.beforeExit(() => io.stdout.write(frame.end))
    io.stdout.write(begin + frame.change(drawn, lines, resized))
    drawn = lines
    size = `${columns}x${rows}`
  }
  const end = (): void => {
    if (open === null) return
    open()
    open = null
    io.stdout.write(frame.end)
  }
  return { draw, end }
}

/** The cursor stands below the last line. */
const below: Frame = {
  begin: hideCursor,
  end: showCursor,
  change: (before, after, resized) => {
    const up = before.length === 0 ? "" : `\u001b[${before.length}A`
    const lines = after.map((line, at) => (line === before[at] && !resized ? "\r\n" : `${line}${restOfLine}\r\n`))
    return `${up}${lines.join("")}${restOfScreen}`
  }
}

const whole: Frame = {
  begin: alternate + hideCursor,
  end: showCursor + normal,
  change: (before, after, resized) => {
    const rows = after.map((line, at) =>
      line === before[at] && !resized ? "" : `\u001b[${at + 1};1H${line}${restOfLine}`
    )
    const isShorter = after.length < before.length
    return `${resized ? clear : ""}${rows.join("")}${isShorter ? `\u001b[${after.length + 1};1H${restOfScreen}` : ""}`
  }
}

/** Lines on standard output below what is there; the last picture stays. What does not fit is left out. */
export const make = (output: Output["Service"]): LiveScreen =>
  screen(output, below, (lines) => {
    const { rows } = sizeOf(output)
    return lines.length < rows ? lines : [...lines.slice(0, rows - 2), `… ${lines.length - rows + 2} more lines`]
  })

/** The whole terminal, which looks as before when it ends. */
export const full = (output: Output["Service"]): LiveScreen =>
  screen(output, whole, (lines) => lines.slice(0, sizeOf(output).rows))

import type { Output } from "../cli/Output.ts"
import * as Terminal from "../cli/Terminal.ts"

/** Lines on a terminal that are drawn over again in place. */
export interface LiveScreen {
  readonly draw: (lines: ReadonlyArray<string>) => void
  /** Leaves what was drawn last where it is. */
  readonly end: () => void
}

// Without automatic wrapping a line that is too long is cut by the terminal itself, colours and all.
const begin = "\u001b[?25l\u001b[?7l"
const end = "\u001b[?7h\u001b[?25h"
const rowsUnknown = 24

const fitting = (lines: ReadonlyArray<string>, rows: number): ReadonlyArray<string> =>
  lines.length < rows ? lines : [...lines.slice(0, rows - 2), `… ${lines.length - rows + 2} more lines`]

/** A screen on standard output; what does not fit is left out. */
export const make = ({ io, stdout }: Output["Service"]): LiveScreen => {
  let drawn = 0
  let isOpen = false
  const draw = (all: ReadonlyArray<string>): void => {
    const lines = fitting(all, io.stdout.rows ?? rowsUnknown)
    const up = drawn === 0 ? "" : `\u001b[${drawn}A`
    const text = lines.map((line) => `\u001b[2K${Terminal.plain(stdout, line)}\n`).join("")
    io.stdout.write(`${isOpen ? "" : begin}${up}${text}\u001b[J`)
    isOpen = true
    drawn = lines.length
  }
  const leave = (): void => {
    if (isOpen) io.stdout.write(end)
    isOpen = false
  }
  return { draw, end: leave }
}

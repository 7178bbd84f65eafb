import type { Output } from "../cli/Output.ts"
import * as Terminal from "../cli/Terminal.ts"

/** Lines on a terminal that are drawn over again in place. */
export interface LiveScreen {
  readonly draw: (lines: ReadonlyArray<string>) => void
  /** Leaves what was drawn last where it is. */
  readonly end: () => void
}

const hideCursor = "\u001b[?25l"
const showCursor = "\u001b[?25h"

/** A screen on standard output; lines longer than the terminal are cut, more lines than fit are left out. */
export const make = ({ io, stdout }: Output["Service"]): LiveScreen => {
  let drawn = 0
  let isHidden = false
  const draw = (lines: ReadonlyArray<string>): void => {
    const width = (stdout.columns ?? 80) - 1
    const cut = lines.map((line) => [...line].slice(0, width).join(""))
    const up = drawn === 0 ? "" : `\u001b[${drawn}A`
    const text = cut.map((line) => `\u001b[2K${Terminal.plain(stdout, line)}\n`).join("")
    io.stdout.write(`${isHidden ? "" : hideCursor}${up}${text}\u001b[J`)
    isHidden = true
    drawn = cut.length
  }
  return { draw, end: () => (isHidden ? io.stdout.write(showCursor) : undefined) }
}

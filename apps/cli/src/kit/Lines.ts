import * as Format from "@ebb/text/Format"
import type * as Terminal from "./Terminal.ts"

/** Text of at most that many characters. */
export const cut = (text: string, width: number): string => {
  const characters = [...text]
  return characters.length <= width ? text : `${characters.slice(0, Math.max(0, width - 1)).join("")}…`
}

/** Parts side by side, in lines that are no longer than that. */
export const flow = (parts: ReadonlyArray<string>, width: number): ReadonlyArray<string> => {
  const lines: Array<string> = []
  for (const part of parts) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 3 + part.length <= width) lines[lines.length - 1] = `${last} · ${part}`
    else lines.push(cut(part, width))
  }
  return lines
}

/** How long something has been going on: `7 s`, `2 min 5 s`. */
export const elapsed = (ms: number): string => {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  return seconds < 60 ? `${seconds} s` : Format.duration(seconds * 1000)
}

/** A bar of which a share is full. */
export const bar = ({ unicode }: Terminal.Terminal, share: number, cells: number): string => {
  const [on = "", off = ""] = unicode ? ["█", "░"] : ["#", "."]
  const full = Math.round(Math.max(0, Math.min(1, share)) * cells)
  return on.repeat(full) + off.repeat(cells - full)
}

import type { RunnerView } from "@ebb/protocol/rest/Events"
import * as Format from "@ebb/text/Format"
import * as Terminal from "../kit/Terminal.ts"

type State = RunnerView["state"]

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

/** How long something has been going on: `7 s`, `2 m 5 s`. */
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

/** How far a runner that drains is into its grace period. */
export const graceOf = ({ graceEndsMs, sinceMs, state }: RunnerView, atMs: number) => {
  if (state !== "DRAINING" || graceEndsMs === null) return null
  const graceMs = Math.max(1, graceEndsMs - sinceMs)
  const leftMs = Math.min(graceMs, Math.max(0, graceEndsMs - atMs))
  return { share: 1 - leftMs / graceMs, seconds: Math.ceil(leftMs / 1000) }
}

/** Colour only underlines what the word says. */
export const toneOf = (state: State): Terminal.Tone | null => {
  if (state === "DRAINING" || state === "TERMINATING") return "yellow"
  if (state === "CRASH_BACKOFF" || state === "DEAD") return "red"
  return state === "RUNNING" ? "green" : null
}

/** The line with the state in its tone. */
export const paintState = (terminal: Terminal.Terminal, line: string, state: State, tone = toneOf(state)): string =>
  tone === null ? line : line.replace(state, Terminal.paint(terminal, tone, state))

/** `12 RUNNING, 3 IDLE`, the most first. */
export const census = (states: ReadonlyArray<string>): string => {
  const counts = new Map<string, number>()
  for (const state of states) counts.set(state, (counts.get(state) ?? 0) + 1)
  const all = [...counts].sort(([, a], [, b]) => b - a)
  return all.map(([state, count]) => `${count} ${state}`).join(", ")
}

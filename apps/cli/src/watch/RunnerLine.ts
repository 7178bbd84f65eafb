import type { RunnerView } from "@ebb/protocol/rest/Events"
import * as Terminal from "../kit/Terminal.ts"

type State = RunnerView["state"]

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

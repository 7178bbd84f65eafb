import type { RunnerView } from "@ebb/protocol/rest/Events"
import * as Format from "@ebb/text/Format"
import type { Board } from "@ebb/protocol/live/Board"
import { look, type LookName, lookNames, lookOf } from "./States.ts"

/** `1 runner`, `12 runners`. */
export const plural = (count: number, one: string): string => `${Format.integer(count)} ${one}${count === 1 ? "" : "s"}`

/** How many runners look so, those that there are. */
export const counts = (board: Board): ReadonlyArray<readonly [LookName, number]> => {
  const found = new Map<LookName, number>()
  for (const runner of board.runners.values()) found.set(lookOf(runner), (found.get(lookOf(runner)) ?? 0) + 1)
  return lookNames.flatMap((name) => (found.has(name) ? [[name, found.get(name)!] as const] : []))
}

/** All runners of an app in a sentence. */
export const summary = (board: Board): string => {
  const parts = counts(board).map(([name, count]) => `${count} ${look(name).name}`)
  const of = `Runners of ${board.view.alias}`
  return parts.length === 0 ? `${of}: none` : `${of}: ${parts.join(", ")}`
}

/** The first part of a runner's id, as much as people compare. */
export const name = (id: string): string => id.slice(0, 8)

/** A runner in a few words. */
export const short = (runner: RunnerView): string =>
  `${name(runner.id)} ${look(lookOf(runner)).name}, ${runner.inFlight} in flight`

/** Which of the runners it is, counted from 1. */
export const position = ({ places }: Board, id: string): number => {
  const cell = places.of(id)
  return cell === null ? 0 : places.cells.slice(0, cell + 1).filter((one) => one !== null).length
}

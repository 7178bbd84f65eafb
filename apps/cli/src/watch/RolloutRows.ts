import type { RunnerView } from "@ebb/protocol/rest/Events"
import type * as Terminal from "../kit/Terminal.ts"
import { bar, cut } from "../kit/Lines.ts"
import { census, graceOf, paintState, toneOf } from "./RunnerLine.ts"

/** A runner of a rollout in a line. */
export interface Row {
  readonly id: string
  /** Came since the rollout began. */
  readonly isNew: boolean
  readonly view: RunnerView
  readonly state: RunnerView["state"]
  readonly what: string
  readonly rest: string
  /** The same for a narrow terminal. */
  readonly short?: string
  /** Which ones to show where there is no room for all: the least first. */
  readonly rank: number
  readonly tone?: Terminal.Tone
}

/** Where rows go, and when. */
export interface Place {
  readonly terminal: Terminal.Terminal
  readonly width: number
  readonly atMs: number
  readonly idLength: number
}

const barCells = 16
const narrow = 76
const wide = 110

/** How much of its grace period a runner has used, and what is left of it. */
export const grace = (view: RunnerView, { atMs, terminal, width }: Omit<Place, "idLength">): string => {
  const used = graceOf(view, atMs)
  if (used === null) return "shuts down"
  if (width >= narrow) return `${bar(terminal, used.share, barCells)}   grace ${used.seconds} s left`
  return `${bar(terminal, used.share, 6)} ${used.seconds} s`
}

const line = ({ id, isNew, rest, short = rest, state, what }: Row, { idLength, width }: Place): string => {
  const mark = isNew ? "+ " : "  "
  if (width >= narrow) {
    const name = width >= wide ? id : id.slice(0, idLength)
    return cut(`${mark}${name}  ${state.padEnd(13)} ${what.padEnd(13)}  ${rest}`.trimEnd(), width)
  }
  const count = what.replace(" in flight", "")
  return cut(`${mark}${id.slice(0, idLength)} ${state.padEnd(10)} ${count} ${short}`.trimEnd(), width)
}

/** The rows in their order; where there is no room for all, those in which something goes on, and a count of the others. */
export const render = (rows: ReadonlyArray<Row>, place: Place, room: number): ReadonlyArray<string> => {
  const isTooMany = rows.length > room
  const shown = new Set(isTooMany ? rows.toSorted((a, b) => a.rank - b.rank).slice(0, room - 1) : rows)
  const lines = rows
    .filter((row) => shown.has(row))
    .map((row) => paintState(place.terminal, line(row, place), row.state, row.tone ?? toneOf(row.state)))
  if (!isTooMany) return lines
  const others = rows.filter((row) => !shown.has(row))
  return [...lines, cut(`  … ${others.length} more: ${census(others.map(({ state }) => state))}`, place.width)]
}

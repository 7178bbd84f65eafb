import { modes, ways } from "@ebb/core/domain/RolloutWay"
import type { ModeReport } from "@ebb/sim/measure/ModeReport"

export type Mode = ModeReport["mode"]

/** What a mode does, in a few words. */
export const meaningOf = (mode: Mode): string => (mode === "none" ? "no rollout" : ways[mode].meaning)

/** The lines of the modes in a chart, in their order, beside their colours: lengths of dash and gap in pixels. */
const dashes: ReadonlyArray<ReadonlyArray<number>> = [[2, 3], [], [9, 3], [6, 3, 2, 3], [12, 3, 2, 3]]

/** The line of a mode in a chart. */
export const dashOf = (mode: Mode): ReadonlyArray<number> => dashes[modes.indexOf(mode) % dashes.length]!

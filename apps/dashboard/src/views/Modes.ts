import type { ModeReport } from "@ebb/sim/measure/ModeReport"

export type Mode = ModeReport["mode"]

/** What a mode does, in a few words. */
export const meanings: Readonly<Record<Mode, string>> = {
  none: "no rollout",
  graceful: "stop first, then start",
  replace: "start first, then stop",
  force: "kill at once"
}

/** The line of a mode in a chart, beside its colour: lengths of dash and gap in pixels. */
export const dashes: Readonly<Record<Mode, ReadonlyArray<number>>> = {
  none: [2, 3],
  graceful: [],
  replace: [9, 3],
  force: [6, 3, 2, 3]
}

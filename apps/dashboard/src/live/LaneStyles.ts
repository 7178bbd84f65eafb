import * as Format from "@ebb/text/Format"
import { countTick, type LaneStyle } from "./Lane.ts"

const heightPx = 74
const steps = (colour: string): LaneStyle => ({ kind: "steps", series: [{ colour }], heightPx, tick: countTick })

/** How each measure of an app is drawn over time, wherever it is. */
export const styles = {
  inFlight: steps("--accent"),
  waiting: steps("--retried"),
  slotsReady: steps("--drained"),
  latency: {
    kind: "steps",
    series: [{ colour: "--accent" }, { colour: "--force", dash: [6, 3] }],
    heightPx,
    tick: Format.span
  },
  errors: { kind: "bars", series: [{ colour: "--errored" }], heightPx: 62, tick: countTick }
} as const satisfies Record<string, LaneStyle>

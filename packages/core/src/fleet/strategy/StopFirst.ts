import * as Budget from "./Budget.ts"
import type { Strategy } from "./Strategy.ts"

/** Every runner is told to stop at once; replacements start by demand, beside those that end (platform rule 8.3). */
export const stopFirst: Strategy = {
  limits: {
    surge: { percent: 0 },
    unavailable: { percent: 100 },
    minReadyMs: 0,
    pauseMs: 0,
    countTerminating: false,
    wait: "none"
  },
  kills: false,
  stops: Budget.stops,
  starts: Budget.starts
}

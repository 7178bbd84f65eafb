import * as Budget from "@ebb/core/fleet/strategy/Budget"
import type { Limits, Strategy } from "@ebb/core/fleet/strategy/Strategy"

/** A rolling update: a quarter more may exist, a quarter may be missing. All that a strategy of this kind needs is its limits. */
export const rolling = (limits: Partial<Limits> = {}): Strategy => ({
  limits: {
    surge: { percent: 25 },
    unavailable: { percent: 25 },
    minReadyMs: 0,
    pauseMs: 0,
    countTerminating: false,
    wait: "none",
    ...limits
  },
  kills: false,
  stops: Budget.stops,
  starts: Budget.starts
})

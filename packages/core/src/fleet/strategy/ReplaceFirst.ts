import type { Strategy } from "./Strategy.ts"

/**
 * Each runner serves on until another has joined, which is started on top of max_concurrency (platform rule 8.4). Who joins
 * lets one go, whatever demand says meanwhile: so it goes by those that join, not by how many are available.
 */
export const replaceFirst: Strategy = {
  limits: {
    surge: { percent: 100 },
    unavailable: { count: 0 },
    minReadyMs: 0,
    pauseMs: 0,
    countTerminating: false,
    wait: "none"
  },
  kills: false,
  stops: ({ joined, old }) => Math.min(old, joined),
  /** Platform rule 3.1, to_start. */
  starts: ({ coming, fresh, most, old, wanted }) => Math.max(0, wanted - fresh, Math.min(old - coming, most - fresh))
}

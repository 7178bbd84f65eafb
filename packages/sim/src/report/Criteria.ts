import { failuresOf, isUnfinished, type RunMeasures } from "../measure/RunMeasures.ts"

export type Pick = (run: RunMeasures) => number | null

/** What decides between two modes, in this order; the less the better. */
export const criteria = {
  /** A rollout that does not finish has not done what it is for. */
  unfinished: (run) => (isUnfinished(run) ? 1 : 0),
  errors: failuresOf,
  /** Over the seeds in which one of two modes never recovered, the one that did so less often is better. */
  neverRecovered: ({ capacity: { recoveryMs } }) => (recoveryMs === null ? 1 : 0),
  recovery: ({ capacity: { recoveryMs } }) => recoveryMs,
  cost: ({ cost: { amount } }) => amount
} as const satisfies Readonly<Record<string, Pick>>
export const order = ["unfinished", "errors", "neverRecovered", "recovery", "cost"] as const

/** What decided between two modes. */
export type Criterion = (typeof order)[number]

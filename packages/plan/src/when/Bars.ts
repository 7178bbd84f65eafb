import type { When } from "./When.ts"

/** What the bars of a day are of: what tells the steps apart, else the errors, else, without any, the latency of an app that keeps up. */
export const shownBy = ({ by, saturatedRuns, steps }: When): "errors" | "p99Ms" =>
  by ?? (saturatedRuns > 0 || steps.some(({ errors }) => errors.mean !== 0) ? "errors" : "p99Ms")

/** The most requests that a rollout saves at any step, which then has the lowest bar; 0 where none saves any. */
export const savedMost = ({ steps }: When): number => Math.max(0, ...steps.map(({ errors }) => -errors.mean))

/** How high the bar of each step is: milliseconds, or requests above those that are saved at most. */
export const heights = (when: When): ReadonlyArray<number> => {
  if (shownBy(when) === "p99Ms") return when.steps.map(({ p99Ms }) => p99Ms?.mean ?? 0)
  const saved = savedMost(when)
  return when.steps.map(({ errors }) => errors.mean + saved)
}

import type { RunMeasures } from "./RunMeasures.ts"

/** Since when a run could not keep up with what came, by its timeline, and by how much its line grew from then on. */
export interface Saturation {
  readonly sinceMs: number
  /** Requests a minute. */
  readonly growthPerMinute: number
}

/** Steps at the end of which the line must not have been short, as a share of the run. */
const lastQuarter = 1 / 4

/** A line that it would take this share of the run to work off is no passing one. */
const backlogShare = 0.02

/** A line that has shrunk to this share of what it was an eighth of the run before is being worked off. */
const shrinking = 0.9

const minuteMs = 60_000

const mean = (values: ReadonlyArray<number>): number => values.reduce((sum, value) => sum + value, 0) / values.length

/** The slope of the least-squares line through values one step apart. */
const slope = (values: ReadonlyArray<number>): number => {
  const middle = (values.length - 1) / 2
  const average = mean(values)
  let covariance = 0
  let variance = 0
  values.forEach((value, at) => {
    covariance += (at - middle) * (value - average)
    variance += (at - middle) ** 2
  })
  return variance === 0 ? 0 : covariance / variance
}

/** The last step at whose end the ready slots could have taken all that waited at once; -1: there was none. */
const lastShort = ({ timeline: { slotsReady, waiting } }: RunMeasures): number =>
  waiting.findLastIndex((count, step) => count <= Math.max(1, slotsReady[step]!))

/** Whether as many wait at the end as that share of all that was dealt with. */
const isLong = ({ requests: { accepted, pending }, timeline: { waiting } }: RunMeasures): boolean =>
  waiting.at(-1)! >= Math.max(1, accepted - pending) * backlogShare

/** Whether the line is shorter over the last eighth of the run than over the one before. */
const isShrinking = (waiting: ReadonlyArray<number>): boolean => {
  const eighth = Math.max(1, Math.floor(waiting.length / 8))
  return mean(waiting.slice(-eighth)) < shrinking * mean(waiting.slice(-2 * eighth, -eighth))
}

/**
 * Since when a run could not keep up; null where it could. It could not where the line has not been short for the last
 * quarter of the run, is long at the end, and is not being worked off: what was measured of waiting then depends on how
 * long the run was and on nothing else.
 */
export const saturationOf = (run: RunMeasures): Saturation | null => {
  const { stepMs, waiting } = run.timeline
  const since = lastShort(run)
  const isRecent = waiting.length - 1 - since < waiting.length * lastQuarter
  if (waiting.length < 8 || isRecent || !isLong(run) || isShrinking(waiting)) return null
  const growing = waiting.slice(Math.max(0, since))
  return { sinceMs: (since + 1) * stepMs, growthPerMinute: (slope(growing) * minuteMs) / stepMs }
}

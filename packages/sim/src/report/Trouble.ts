import * as Format from "@ebb/text/Format"
import type { ModeReport } from "../measure/ModeReport.ts"
import type { RehearsalReport } from "./RehearsalReport.ts"

const mean = (values: ReadonlyArray<number>): number => values.reduce((sum, value) => sum + value, 0) / values.length

const steepness = 1.25
const shareFailing = 0.01

/**
 * Whether the line grows to the end of the run: the last quarter has a quarter more waiting than the one before, and
 * more than all slots together could take at once. Null where it does not, else how many wait at the end.
 */
export const backlog = ({ timeline: { slotsReady, waiting } }: ModeReport): number | null => {
  const quarter = Math.floor(waiting.length / 4)
  if (quarter < 2) return null
  const last = mean(waiting.slice(-quarter))
  const before = mean(waiting.slice(-2 * quarter, -quarter))
  const atEnd = waiting.at(-1) ?? 0
  const isGrowing = last > before * steepness + 1 && atEnd > Math.max(1, slotsReady.at(-1) ?? 0)
  return isGrowing ? atEnd : null
}

const failingShare = ({ requests: { accepted, errored } }: ModeReport): number =>
  accepted === null || errored === null || accepted.mean === 0 ? 0 : errored.mean / accepted.mean

/** Without a rollout, where that was played; else the first mode. */
const baseOf = ({ modes }: RehearsalReport): ModeReport | undefined =>
  modes.find(({ mode }) => mode === "none") ?? modes[0]

const runsOf = ({ requests }: ModeReport): number => requests.accepted?.n ?? 0

const isUnfinished = (mode: ModeReport): boolean =>
  mode.rollouts[0] !== undefined && mode.mode !== "none" && mode.rollouts[0].finished < runsOf(mode)

const unfinished = (mode: ModeReport): string => {
  const runs = runsOf(mode)
  const left = runs - (mode.rollouts[0]?.finished ?? 0)
  const where = runs === 1 ? "the run" : left === runs ? `all ${runs} runs` : `${left} of ${runs} runs`
  return `The rollout never ends with ${mode.mode}: in ${where} it was still under way when time was up.`
}

const saturated = (base: ModeReport): ReadonlyArray<string> => {
  const waiting = backlog(base)
  if (waiting === null) return []
  const when = base.mode === "none" ? "even without a rollout " : ""
  const count = Format.integer(Math.round(waiting))
  return [
    `The app is saturated: ${when}${count} requests wait at the end and the line still grows. ` +
      "No way of rolling out mends that; raise max_concurrency or capacity first."
  ]
}

const failing = (base: ModeReport): ReadonlyArray<string> => {
  const share = failingShare(base)
  if (base.mode !== "none" || share < shareFailing) return []
  return [`${(share * 100).toFixed(share < 0.1 ? 1 : 0)} % of the requests fail even without a rollout.`]
}

/** What has to be said before any advice: a line that grows, requests that fail anyway, rollouts that never end. */
export const warnings = (report: RehearsalReport): ReadonlyArray<string> => {
  const base = baseOf(report)
  if (base === undefined) return []
  return [...saturated(base), ...failing(base), ...report.modes.filter(isUnfinished).map(unfinished)]
}

/** Whether the advice is only about what is least bad: nothing that was measured in such a run proves much. */
export const isDoubtful = (report: RehearsalReport, best: ModeReport): boolean => {
  const base = baseOf(report)
  return isUnfinished(best) || (base !== undefined && backlog(base) !== null)
}

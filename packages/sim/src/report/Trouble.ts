import * as Format from "@ebb/text/Format"
import type { ModeReport } from "../measure/ModeReport.ts"
import { nothingCompared } from "./OwnModes.ts"
import { finishedIn, hasMetNone, isUnasked } from "./Proof.ts"
import type { RehearsalReport } from "./RehearsalReport.ts"

const shareFailing = 0.01

const failingShare = ({ requests: { accepted, errored } }: ModeReport): number =>
  accepted === null || errored === null || accepted.mean === 0 ? 0 : errored.mean / accepted.mean

/** Without a rollout, where that was played; else the first mode. */
const baseOf = ({ modes }: RehearsalReport): ModeReport | undefined =>
  modes.find(({ mode }) => mode === "none") ?? modes[0]

const runsOf = ({ requests }: ModeReport): number => requests.accepted?.n ?? 0

const isUnfinished = (mode: ModeReport): boolean =>
  mode.rollouts.length > 0 && mode.mode !== "none" && finishedIn(mode) < runsOf(mode)

const unfinished = (mode: ModeReport): string => {
  const runs = runsOf(mode)
  const left = runs - finishedIn(mode)
  const where = runs === 1 ? "the run" : left === runs ? `all ${runs} runs` : `${left} of ${runs} runs`
  return `The rollout never ends with ${mode.mode}: in ${where} it was still under way when time was up.`
}

const since = (ms: number): string => (ms === 0 ? "the start on" : `${Format.duration(ms)} on`)

/** `the line grows by 34 requests a minute from 12 min on`, and in how many runs where not in all. */
const growth = ({ growthPerMinute, runs, sinceMs }: ModeReport["stability"], all: number): string => {
  const perMinute = growthPerMinute?.mean ?? 0
  const by =
    perMinute >= 0.05
      ? `grows by ${Format.counted(Math.max(1, Math.round(perMinute)), "request")} a minute`
      : "never gets shorter"
  const where = runs === all ? "" : `, in ${runs} of ${all} runs`
  return `the line ${by} from ${since(sinceMs?.mean ?? 0)}${where}`
}

const isSaturated = ({ stability }: ModeReport): boolean => stability.state !== "stable"

/** Modes that cannot keep up; where none can, they are not spoken of one by one. */
const saturated = (modes: ReadonlyArray<ModeReport>, base: ModeReport): ReadonlyArray<string> => {
  if (modes.every(isSaturated)) {
    const when = base.mode === "none" ? "even without a rollout " : ""
    return [
      `The app is saturated: ${when}${growth(base.stability, runsOf(base))}. ` +
        "No way of rolling out mends that; raise max_concurrency or capacity first. Times in brackets mean nothing."
    ]
  }
  return modes
    .filter(isSaturated)
    .map(
      (mode) =>
        `${mode.mode === "none" ? "Without a rollout" : `With ${mode.mode}`} the app cannot keep up: ${growth(mode.stability, runsOf(mode))}. Its times, in brackets, mean nothing.`
    )
}

const unasked = (modes: ReadonlyArray<ModeReport>): ReadonlyArray<string> =>
  modes.every(isUnasked)
    ? ["No request came after the warm-up, so nothing is known of requests. Look at traffic, run.warmup and run.for."]
    : []

const isUnmet = ({ modes }: RehearsalReport): boolean => hasMetNone(modes)

/** Requests came, but no rollout met one. */
const unmet = (report: RehearsalReport): ReadonlyArray<string> =>
  isUnmet(report) && !report.modes.every(isUnasked)
    ? [
        "No request was in flight at the rollout in any run, so nothing is known of what it does to one. " +
          "Set rollouts[0].at to a busier moment, or raise traffic."
      ]
    : []

const failing = (base: ModeReport): ReadonlyArray<string> => {
  const share = failingShare(base)
  if (base.mode !== "none" || share < shareFailing) return []
  return [`${(share * 100).toFixed(share < 0.1 ? 1 : 0)} % of the requests fail even without a rollout.`]
}

/** What has to be said before any advice: a line that grows, requests that fail anyway, rollouts that never end, modes that are the same. */
export const warnings = (report: RehearsalReport): ReadonlyArray<string> => {
  const base = baseOf(report)
  if (base === undefined) return []
  return [
    ...unasked(report.modes),
    ...unmet(report),
    ...saturated(report.modes, base),
    ...failing(base),
    ...report.modes.filter(isUnfinished).map(unfinished),
    ...nothingCompared(report)
  ]
}

/** Whether the advice is only about what is least bad: nothing that was measured in such a run proves much. */
export const isDoubtful = (report: RehearsalReport, best: ModeReport): boolean =>
  isUnfinished(best) || isUnmet(report) || isSaturated(best)

import * as Ranking from "@ebb/plan/when/Ranking"
import type { When, WhenStep } from "@ebb/plan/when/When"
import { mean } from "@ebb/sim/measure/Sample"
import * as Clock from "./Clock.ts"
import * as Paragraph from "./Paragraph.ts"
import * as WhenLoss from "./WhenLoss.ts"

const fewSeeds = ({ steps }: When): string => {
  const { n } = steps[0]!.errors
  const more = `Ask for more, with --seeds ${Math.max(8, Ranking.seedsNeeded(steps.length))}.`
  if (n === 1) return `One seed cannot tell whether it matters when. ${more}`
  return `${n} seeds cannot tell ${steps.length} times apart: even if all of them agreed, that might be chance. ${more}`
}

const oneTime = ({ traces }: When): string =>
  traces === null || traces.endMs === null
    ? "Only one time was tried, so there is nothing to compare it with. Look further ahead, with --over 24h."
    : "Only one time lies before the end of the shortest trace, so there is nothing to compare it with. Take a longer trace."

const sameDay =
  "All seeds have the same traffic, that of the traces: one run shows what would have happened on that day, and cannot tell " +
  "chance from a pattern. To tell them apart, plan with the traces of several days, or with arrivals that are drawn (poisson, daily)."

const why = (when: When): ReadonlyArray<string> => {
  switch (when.untold) {
    case "sameDay":
      return [sameDay]
    case "oneTime":
      return [oneTime(when)]
    case "fewSeeds":
      return [fewSeeds(when)]
    default:
      return []
  }
}

/** What was seen although it does not tell enough. */
export interface Seen {
  readonly rollout: string
  /** As it ends a sentence. */
  readonly p99: string
  /** Requests in flight at all the times together. */
  readonly met: number
  /** What few of them leave open. */
  readonly few: ReadonlyArray<string>
}

/** Where a value was the least, and where the greatest. */
const ends = (steps: ReadonlyArray<WhenStep>, of: (step: WhenStep) => number) => {
  const byValue = steps.toSorted((a, b) => of(a) - of(b) || a.atMs - b.atMs)
  return { least: byValue[0]!, most: byValue.at(-1)! }
}

const wouldHave = ["would have lost", "would have saved"] as const

/** The best and the worst of one day, which may be so by chance. */
const onThatDay = ({ steps }: When, { p99, rollout }: Seen): string => {
  const days = steps.at(-1)!.atMs > Clock.dayMs
  const { least, most } = ends(steps, ({ errors }) => errors.mean)
  const [low, high] = [least.errors.mean, most.errors.mean]
  if (low === high)
    return `On that day, ${rollout} ${WhenLoss.of(low, wouldHave)} at any of these times${WhenLoss.note(low)}${p99}`
  const at = ({ atMs }: WhenStep): string => `at ${Clock.moment(atMs, days)}`
  const worst = high < 0 || low >= 0 ? WhenLoss.count(high) : WhenLoss.of(high, wouldHave)
  return `On that day, ${rollout} ${WhenLoss.of(low, wouldHave)} ${at(least)}, and ${worst} ${at(most)}`
}

const inTheseRuns = ({ steps }: When, { p99, rollout }: Seen): string => {
  const errors = mean(steps.map((step) => step.errors.mean))
  return `In these runs, ${rollout} ${WhenLoss.of(errors, ["lost", "saved"])}${WhenLoss.note(errors)}${p99}`
}

/** Why there is no answer, and what was seen all the same. */
export const said = (when: When, seen: Seen): ReadonlyArray<Paragraph.Said> => [
  ...[...why(when), ...seen.few].flatMap((text) => Paragraph.noAnswer(text)),
  ...(seen.met === 0
    ? []
    : Paragraph.reason(`${when.untold === "sameDay" ? onThatDay(when, seen) : inTheseRuns(when, seen)}.`))
]

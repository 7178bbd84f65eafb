import type { When, WhenStep } from "@ebb/plan/when/When"
import { mean } from "@ebb/sim/measure/Sample"
import { highestUnseen } from "@ebb/sim/measure/Statistics"
import * as Average from "@ebb/text/Average"
import * as Format from "@ebb/text/Format"
import { wrap } from "@ebb/text/Wrap"
import * as Terminal from "../../kit/Terminal.ts"
import * as Clock from "./Clock.ts"
import * as Paragraph from "./Paragraph.ts"
import * as Strip from "./Strip.ts"

const number = (value: number): string => Format.count({ mean: value, low: value, high: value, n: 1 })

const modeText = (mode: string): string => (mode === "force" ? "a forced rollout" : `a ${mode} rollout`)

type Span = When["best"][number]

const dayMs = 24 * 3_600_000

const hasDays = ({ steps }: When): boolean => steps.at(-1)!.atMs > dayMs

const spanText = ({ fromMs, toMs }: Span, days: boolean): string =>
  fromMs === toMs
    ? `at ${Clock.moment(fromMs, days)}`
    : `any time from ${Clock.moment(fromMs, days)} to ${Clock.moment(toMs, days)}`

const stepsIn = ({ steps }: When, { fromMs, toMs }: Span): ReadonlyArray<WhenStep> =>
  steps.filter(({ atMs }) => fromMs <= atMs && atMs <= toMs)

/** What a rollout at the steps of a span costs, in the mean. */
const costOf = (when: When, span: Span): { readonly lost: string; readonly p99: string } => {
  const steps = stepsIn(when, span)
  const errors = mean(steps.map((step) => step.errors.mean))
  const known = when.saturatedRuns > 0 ? [] : steps
  const p99 = mean(known.flatMap(({ p99Ms }) => (p99Ms === null ? [] : [p99Ms.mean])))
  return {
    lost: errors === 0 ? "no request" : Average.of(errors, "request"),
    p99: Number.isNaN(p99) ? "" : `; p99 ${Format.duration(p99)} in the window after it`
  }
}

/** The longest span of the best, and the others from an hour on. */
const windows = ({ best, stepMinutes }: When) => {
  const byLength = best.toSorted((a, b) => b.toMs - b.fromMs - (a.toMs - a.fromMs))
  const others = byLength.slice(1)
  const long = others.filter(({ fromMs, toMs }) => toMs - fromMs >= 60 * 60_000 - stepMinutes * 60_000)
  return {
    first: byLength[0]!,
    long: long.toSorted((a, b) => a.fromMs - b.fromMs),
    others: others.length - long.length
  }
}

const worstText = (when: When): string => {
  const { by, factor, steps, worst } = when
  const step = steps.find(({ atMs }) => atMs === worst.atMs)!
  const times = factor === null ? "" : `; the worst hours cost ${number(factor)} times as much as the best`
  const value =
    by === "p99Ms" && step.p99Ms !== null
      ? `p99 ${Format.durationOf(step.p99Ms)}`
      : step.errors.mean < 1
        ? `${Average.of(step.errors.mean, "request")} lost`
        : `${Format.countOf(step.errors, "request")} lost`
  return `Worst at ${Clock.moment(worst.atMs, hasDays(when))}: ${value}${times}.`
}

const reasons = (when: When): ReadonlyArray<string> => {
  if (!when.matters) return unasked(when)
  const { long, others } = windows(when)
  const days = hasDays(when)
  return [
    ...(long.length === 0 ? [] : [`As good: ${long.map((span) => spanText(span, days)).join("; ")}.`]),
    ...(others === 0
      ? []
      : [`${Format.counted(others, "shorter time")} may be as good: ${when.steps[0]!.errors.n} seeds cannot tell.`]),
    worstText(when),
    ...unasked(when)
  ]
}

const answerText = (when: When): string => {
  const { best, matters, mode } = when
  const span = matters ? windows(when).first : { fromMs: best[0]!.fromMs, toMs: best.at(-1)!.toMs }
  const { lost, p99 } = costOf(when, span)
  const rollout = modeText(mode)
  return matters
    ? `Roll out ${spanText(span, hasDays(when))}: ${rollout} then loses ${lost}${p99}.`
    : `It does not matter when: ${rollout} loses ${lost} at any time${p99}.`
}

const legend = (when: When): string => {
  const { matters } = when
  const what =
    Strip.shownBy(when) === "p99Ms"
      ? "p99 latency in the window after a rollout at that time"
      : "requests lost by a rollout at that time"
  const isUnknown = Strip.shownBy(when) === "p99Ms" && when.steps.some(({ p99Ms }) => p99Ms === null)
  return `${what}${isUnknown ? `; ${Strip.unknown}: not known` : ""}${matters ? "; underlined: the best" : ""}`
}

/** How many requests were in flight at all the steps and seeds together. */
const metOf = ({ steps }: When): number =>
  steps.reduce((sum, { inFlight: { mean: each, n } }) => sum + Math.round(each * n), 0)

/** Fewer than these, none of which was lost, leave it open whether one in ten would be. */
const enoughMet = 30

/** That none was lost says little of none, or of few. */
const fewMet = (when: When): ReadonlyArray<string> => {
  const met = metOf(when)
  if (met === 0)
    return ["No request was in flight at any of these times, so nothing is known of what a rollout does to one."]
  if (met >= enoughMet || when.steps.some(({ errors }) => errors.mean !== 0)) return []
  const share = Math.round(highestUnseen(met) * 100)
  const only = met === 1 ? "Only 1 request was" : `Only ${met} requests were`
  return [`${only} in flight at all these times together: too few to tell a share of losses below ${share} %.`]
}

/** An app that cannot keep up: what is measured of waiting then depends on how long the run was, and on nothing else. */
const saturated = ({ saturatedRuns, steps }: When): ReadonlyArray<string> => {
  const runs = steps[0]!.errors.n
  if (saturatedRuns === 0) return []
  const where = saturatedRuns === runs ? "" : ` in ${saturatedRuns} of ${runs} runs`
  return [
    `The app is saturated: it cannot keep up even without a rollout${where}, so its latency says nothing about when to roll out. ` +
      "No time of the day mends that; raise max_concurrency or capacity first."
  ]
}

/** Times of which too many requests were not answered: how bad they are nobody knows. */
const unanswered = ({ by, saturatedRuns, steps }: When): ReadonlyArray<string> => {
  const count = steps.filter(({ p99Ms, unanswered: left }) => p99Ms === null && left.mean > 0).length
  if (count === 0 || by === "errors" || saturatedRuns > 0) return []
  return [
    `At ${count} of ${Format.counted(steps.length, "time")} the p99 is not known: requests of the window after the rollout had no ` +
      "outcome one window later. Simulate with a longer --set run.window=… to know it."
  ]
}

/** Times without any request are not ranked by latency either. */
const unasked = ({ by, steps }: When): ReadonlyArray<string> => {
  const count = steps.filter(({ group, unanswered: left }) => group === null && left.mean === 0).length
  if (count === 0 || by !== "p99Ms") return []
  return [
    `${Format.counted(count, "time")} ${count === 1 ? "is" : "are"} not compared: in some run no request came after the rollout.`
  ]
}

/** What the latency leaves open: then only the errors say something. */
const byErrorsAlone = (when: When): ReadonlyArray<string> => {
  if (when.matters) return []
  const { lost } = costOf(when, { fromMs: when.steps[0]!.atMs, toMs: when.steps.at(-1)!.atMs })
  return [`By the requests lost alone it does not matter when: ${modeText(when.mode)} loses ${lost} at any time.`]
}

const answered = (when: When): ReadonlyArray<Paragraph.Said> => {
  if (when.steps[0]!.errors.n === 1)
    return Paragraph.noAnswer("One seed cannot tell whether it matters when. Ask for more, with --seeds 8.")
  if (metOf(when) === 0 && !when.matters) return []
  const isOpen = !when.matters && [...saturated(when), ...unanswered(when)].length > 0
  return isOpen ? byErrorsAlone(when).flatMap((text) => Paragraph.reason(text)) : Paragraph.answer(answerText(when))
}

/** When to roll out, for people. */
export const said = (when: When): ReadonlyArray<Paragraph.Said> => [
  ...[...saturated(when), ...unanswered(when)].flatMap((text) => Paragraph.noAnswer(text)),
  ...answered(when),
  ...fewMet(when).flatMap((text) => Paragraph.noAnswer(text)),
  ...reasons(when).flatMap((reason) => Paragraph.reason(reason))
]

/** What a rollout costs at each time of the day. */
export const details = (when: When, terminal: Terminal.Terminal, width: number): ReadonlyArray<string> => [
  ...Strip.lines(when, terminal, width),
  ...wrap(legend(when), width - 2).map((line) => Terminal.paint(terminal, "dim", `  ${line}`))
]

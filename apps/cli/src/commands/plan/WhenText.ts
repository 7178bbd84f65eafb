import * as Bars from "@ebb/plan/when/Bars"
import { metLeast } from "@ebb/plan/when/Untold"
import type { When, WhenStep } from "@ebb/plan/when/When"
import { mean } from "@ebb/sim/measure/Sample"
import { highestUnseen } from "@ebb/sim/measure/Statistics"
import * as Format from "@ebb/text/Format"
import { wrap } from "@ebb/text/Wrap"
import * as Terminal from "../../kit/Terminal.ts"
import * as Clock from "./Clock.ts"
import * as Paragraph from "./Paragraph.ts"
import * as Strip from "./Strip.ts"
import * as WhenLoss from "./WhenLoss.ts"
import * as WhenUntold from "./WhenUntold.ts"

const number = (value: number): string => Format.count({ mean: value, low: value, high: value, n: 1 })

const modeText = (mode: string): string => (mode === "force" ? "a forced rollout" : `a ${mode} rollout`)

type Span = When["best"][number]

const hasDays = ({ steps }: When): boolean => steps.at(-1)!.atMs > Clock.dayMs

const spanText = ({ fromMs, toMs }: Span, days: boolean): string =>
  fromMs === toMs
    ? `at ${Clock.moment(fromMs, days)}`
    : `any time from ${Clock.moment(fromMs, days)} to ${Clock.moment(toMs, days)}`

const stepsIn = ({ steps }: When, { fromMs, toMs }: Span): ReadonlyArray<WhenStep> =>
  steps.filter(({ atMs }) => fromMs <= atMs && atMs <= toMs)

/** What a rollout at the steps of a span costs, in the mean; the p99 as it ends a sentence. */
const costOf = (when: When, span: Span): { readonly errors: number; readonly p99: string } => {
  const steps = stepsIn(when, span)
  const errors = mean(steps.map((step) => step.errors.mean))
  const known = when.saturatedRuns > 0 ? [] : steps
  const p99 = mean(known.flatMap(({ p99Ms }) => (p99Ms === null ? [] : [p99Ms.mean])))
  return {
    errors,
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
  const { mean: lost } = step.errors
  const value =
    by === "p99Ms" && step.p99Ms !== null
      ? `p99 ${Format.durationOf(step.p99Ms)}`
      : lost < 1
        ? `${WhenLoss.count(lost)} ${lost < 0 ? "saved" : "lost"}`
        : `${Format.countOf(step.errors, "request")} lost`
  return `Worst at ${Clock.moment(worst.atMs, hasDays(when))}: ${value}${times}.`
}

/** Beyond the last request of a trace nothing is known of its callers. */
const cutShort = (when: When): ReadonlyArray<string> => {
  const endMs = when.traces?.endMs ?? null
  if (endMs === null) return []
  const minute = Math.ceil(endMs / 60_000) * 60_000
  return [`A trace has no request after ${Clock.moment(minute, minute > Clock.dayMs)}, so no later time was tried.`]
}

/** Arrivals of a trace are one day, however many seeds there are. */
const sameArrivals = ({ matters, traces }: When): ReadonlyArray<string> =>
  matters === true && traces !== null
    ? ["All seeds have the same arrivals of the trace: they cannot tell whether another day is like this one."]
    : []

const reasons = (when: When): ReadonlyArray<string> => {
  if (when.matters !== true) return [...unasked(when), ...cutShort(when)]
  const { long, others } = windows(when)
  const days = hasDays(when)
  return [
    ...(long.length === 0 ? [] : [`As good: ${long.map((span) => spanText(span, days)).join("; ")}.`]),
    ...(others === 0
      ? []
      : [`${Format.counted(others, "shorter time")} may be as good: ${when.steps[0]!.errors.n} seeds cannot tell.`]),
    worstText(when),
    ...unasked(when),
    ...cutShort(when),
    ...sameArrivals(when)
  ]
}

const wholeSpan = ({ steps }: When): Span => ({ fromMs: steps[0]!.atMs, toMs: steps.at(-1)!.atMs })

const answerText = (when: When): string => {
  const span = when.matters === true ? windows(when).first : wholeSpan(when)
  const { errors, p99 } = costOf(when, span)
  const rollout = modeText(when.mode)
  const note = WhenLoss.note(errors)
  return when.matters === true
    ? `Roll out ${spanText(span, hasDays(when))}: ${rollout} then ${WhenLoss.of(errors)}${note}${p99}.`
    : `It does not matter when: ${rollout} ${WhenLoss.of(errors)} at any time${note}${p99}.`
}

const legend = (when: When): string => {
  const { matters } = when
  const what =
    Bars.shownBy(when) === "p99Ms"
      ? "p99 latency in the window after a rollout at that time"
      : `requests lost by a rollout at that time${Bars.savedMost(when) > 0 ? `; the lowest: ${number(Bars.savedMost(when))} saved` : ""}`
  const isUnknown = Bars.shownBy(when) === "p99Ms" && when.steps.some(({ p99Ms }) => p99Ms === null)
  return `${what}${isUnknown ? `; ${Strip.unknown}: not known` : ""}${matters ? "; underlined: the best" : ""}`
}

/** How many requests were in flight at all the steps and seeds together. */
const metOf = ({ steps }: When): number =>
  steps.reduce((sum, { inFlight: { mean: each, n } }) => sum + Math.round(each * n), 0)

/** That none was lost, or that all times are alike, says little of none, or of few. */
const fewMet = (when: When): ReadonlyArray<string> => {
  const met = metOf(when)
  if (met === 0)
    return ["No request was in flight at any of these times, so nothing is known of what a rollout does to one."]
  const isLost = when.steps.some(({ errors }) => errors.mean !== 0)
  if (met >= metLeast || (isLost && when.untold !== "fewMet")) return []
  const share = `a share of losses below ${Math.round(highestUnseen(met) * 100)} %`
  const unknown = [...(isLost ? [] : [share]), ...(when.untold === "fewMet" ? ["whether it matters when"] : [])]
  const only = met === 1 ? "Only 1 request was" : `Only ${met} requests were`
  return [`${only} in flight at all these times together: too few to tell ${unknown.join(", or ")}.`]
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
const byErrorsAlone = (when: When): string => {
  const { errors } = costOf(when, wholeSpan(when))
  return `By the requests lost alone it does not matter when: ${modeText(when.mode)} ${WhenLoss.of(errors)} at any time${WhenLoss.note(errors)}.`
}

const answered = (when: When): ReadonlyArray<Paragraph.Said> => {
  const few = fewMet(when)
  if (when.untold !== null) {
    const { p99 } = costOf(when, wholeSpan(when))
    return WhenUntold.said(when, { rollout: modeText(when.mode), p99, met: metOf(when), few })
  }
  const isOpen = when.matters === false && [...saturated(when), ...unanswered(when)].length > 0
  const answer = isOpen ? Paragraph.reason(byErrorsAlone(when)) : Paragraph.answer(answerText(when))
  return [...answer, ...few.flatMap((text) => Paragraph.noAnswer(text))]
}

/** When to roll out, for people. */
export const said = (when: When): ReadonlyArray<Paragraph.Said> => [
  ...[...saturated(when), ...unanswered(when)].flatMap((text) => Paragraph.noAnswer(text)),
  ...answered(when),
  ...reasons(when).flatMap((reason) => Paragraph.reason(reason))
]

/** What a rollout costs at each time of the day. */
export const details = (when: When, terminal: Terminal.Terminal, width: number): ReadonlyArray<string> => [
  ...Strip.lines(when, terminal, width),
  ...wrap(legend(when), width - 2).map((line) => Terminal.paint(terminal, "dim", `  ${line}`))
]

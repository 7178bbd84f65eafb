import type { When, WhenStep } from "@ebb/plan/when/When"
import { mean } from "@ebb/sim/measure/Sample"
import { highestUnseen } from "@ebb/sim/measure/Statistics"
import * as Average from "@ebb/text/Average"
import * as Format from "@ebb/text/Format"
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
  const p99 = mean(steps.flatMap(({ p99Ms }) => (p99Ms === null ? [] : [p99Ms.mean])))
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
        : `${Format.count(step.errors)} requests lost`
  return `Worst at ${Clock.moment(worst.atMs, hasDays(when))}: ${value}${times}.`
}

const reasons = (when: When): ReadonlyArray<string> => {
  if (!when.matters) return []
  const { long, others } = windows(when)
  const days = hasDays(when)
  return [
    ...(long.length === 0 ? [] : [`As good: ${long.map((span) => spanText(span, days)).join("; ")}.`]),
    ...(others === 0
      ? []
      : [`${Format.counted(others, "shorter time")} may be as good: ${when.steps[0]!.errors.n} seeds cannot tell.`]),
    worstText(when)
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
  return `${what}${matters ? "; underlined: the best" : ""}`
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

const answered = (when: When): ReadonlyArray<Paragraph.Said> => {
  if (when.steps[0]!.errors.n === 1)
    return Paragraph.noAnswer("One seed cannot tell whether it matters when. Ask for more, with --seeds 8.")
  return metOf(when) === 0 && !when.matters ? [] : Paragraph.answer(answerText(when))
}

/** When to roll out, for people. */
export const said = (when: When): ReadonlyArray<Paragraph.Said> => [
  ...answered(when),
  ...fewMet(when).flatMap((text) => Paragraph.noAnswer(text)),
  ...reasons(when).flatMap((reason) => Paragraph.reason(reason))
]

/** What a rollout costs at each time of the day. */
export const details = (when: When, terminal: Terminal.Terminal): ReadonlyArray<string> => [
  ...Strip.lines(when, terminal),
  Terminal.paint(terminal, "dim", `  ${legend(when)}`)
]

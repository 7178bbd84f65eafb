import type { CurvePoint } from "@ebb/plan/grace/Curve"
import { advised, type Grace, type GracePeriod } from "@ebb/plan/grace/Grace"
import * as Limits from "@ebb/plan/grace/Limits"
import { requestsFor } from "@ebb/plan/grace/Periods"
import { type Estimate, highestUnseen } from "@ebb/sim/measure/Statistics"
import { seedsMost } from "@ebb/sim/spec/Seeds"
import * as Average from "@ebb/text/Average"
import * as Format from "@ebb/text/Format"
import * as Table from "../../kit/Table.ts"
import * as Terminal from "../../kit/Terminal.ts"
import * as Clock from "./Clock.ts"
import * as GraceCurve from "./GraceCurve.ts"
import * as Paragraph from "./Paragraph.ts"

/** What is told about grace periods. */
export interface Told {
  readonly grace: Grace
  /** The period that is advised; null where none that may be set is long enough, or too few requests were seen to tell. */
  readonly wanted: number | null
  /** The p99 of the teardown, which the period has to hold as well. */
  readonly teardownSeconds: number
  readonly requestTimeoutSeconds: number
  /** From the rollout to a later force of the spec; null: it has none. */
  readonly forcedAfterSeconds: number | null
  readonly seeds: number
  /** Periods that were asked for. */
  readonly atSeconds: ReadonlyArray<number>
  readonly currency: string
}

const time = (seconds: number): string => Format.span(seconds * 1000)

/** A share with its interval: `28.6 % ± 1.2 %`. */
const shareText = ({ high, low, mean, n }: Estimate): string => {
  const percent = { mean: mean * 100, low: low * 100, high: high * 100, n }
  return `${Format.count(percent)} %`
}

const lossText = (loss: number): string => (loss === 0 ? "none" : loss < 0.01 ? oneIn(loss) : `${loss * 100} %`)

/** `1 in 1,000` */
const oneIn = (loss: number): string => `1 in ${Format.integer(+(1 / loss).toPrecision(2))}`

/** How many requests a rollout cuts: `2.3 ± 0.1 requests`, `about 1 request in 20 rollouts`. */
const requestsText = (count: Estimate): string =>
  count.mean === 0 || count.mean >= 1 ? Format.countOf(count, "request") : Average.of(count.mean, "request")

const amountText = ({ grace, currency }: Told): string => {
  const { lostAmount } = grace.today
  return lostAmount === null || lostAmount.mean < 0.005 ? "" : ` (work worth ${Format.moneyOf(lostAmount, currency)})`
}

/** So many requests were seen that are answered if they are waited for. */
const answeredIn = ({ seen, timingOut }: Grace): number => seen - (timingOut?.seen ?? 0)

/** Which of the requests in flight a grace period can save. */
const savable = ({ timingOut }: Grace): string => (timingOut === null ? "" : " that request_timeout does not end")

/** A later force of the spec comes before the end of today's grace period. */
const isCutShort = ({ forcedAfterSeconds, grace }: Told): boolean =>
  forcedAfterSeconds !== null && forcedAfterSeconds < grace.today.graceSeconds

/** Today's period; by itself where the spec cuts it short. */
const periodText = (told: Told): string => `${time(told.grace.today.graceSeconds)}${isCutShort(told) ? " alone" : ""}`

const momentText = (told: Told): string =>
  `; at the moment of the spec${isCutShort(told) ? `, with its force ${time(told.forcedAfterSeconds!)} later,` : ""}`

/** None of so many: what that leaves open, where they are few. */
const todayCutsNone = (told: Told): string => {
  const { seen, today } = told.grace
  const open = highestUnseen(seen)
  const may =
    open <= leastLoss || told.requestTimeoutSeconds <= today.graceSeconds
      ? ""
      : `; of so few up to ${+(open * 100).toPrecision(2)} % may still need more`
  const none = seen === 1 ? "does not cut the only request" : `cuts none of the ${Format.counted(seen, "request")}`
  const { confirmed } = today
  // A run may go another way after the rollout than the looks before it foresaw.
  const then = confirmed === null || confirmed.mean === 0 ? "" : `${momentText(told)} it cut ${requestsText(confirmed)}`
  return `Today's ${periodText(told)} ${none} seen in flight${may}${then}.`
}

const todayText = (told: Told): string => {
  const { confirmed, count, lostWorkSeconds, share } = told.grace.today
  if (share.mean === 0) return todayCutsNone(told)
  const work = Format.duration(lostWorkSeconds.mean * 1000)
  const seen = confirmed === null ? "" : `${momentText(told)} ${requestsText(confirmed)}${amountText(told)}`
  const part = share.mean < leastLoss ? `about ${oneIn(share.mean)}` : shareText(share)
  return `Today's ${periodText(told)} cuts ${part} of the requests in flight: ${requestsText(count)}${count.mean < 1 ? "," : " and"} ${work} of work a rollout${seen}.`
}

/** The least share that a period is asked for. */
const leastLoss = 0.001

/** The shares that too few requests were seen for, the largest first. */
const untold = ({ periods }: Grace): ReadonlyArray<number> => periods.flatMap(({ loss, told }) => (told ? [] : [loss]))

/** How to see enough requests. */
const moreText = ({ grace, seeds }: Told): string => {
  if (grace.repeated)
    return "simulate more of the trace with --set run.for=…, or a longer trace; more seeds have the same requests again"
  const needed = Math.ceil((seeds * requestsFor(leastLoss) * 1.1) / answeredIn(grace))
  const longer = "simulate longer with --set run.for=…"
  return needed <= seedsMost ? `${longer}, or with --seeds ${needed}` : `${longer}, and with more --seeds`
}

/** What the requests seen cannot tell; nothing where they tell all. */
const untoldText = (told: Told): ReadonlyArray<string> => {
  const { grace } = told
  const best = advised(grace.periods)
  const shares = untold(grace).map(oneIn).join(" and ")
  const answered = answeredIn(grace)
  if (shares === "" || answered === 0) return []
  const seen = `${Format.counted(answered, "request")} ${answered === 1 ? "was" : "were"} seen in flight${savable(grace)}`
  const tell =
    best === null
      ? `${seen}, too few to tell the period even for ${oneIn(untold(grace)[0]!)}`
      : `${seen}, enough to tell the period for ${oneIn(best.loss)}, too few for ${shares}`
  return [`${tell}: ${moreText(told)}.`]
}

/** A time to set: where it is not said in one unit, also as a spec has it. */
const toSet = (seconds: number): string => {
  const said = time(seconds)
  return seconds < 60 || said.split(" ").length === 2 ? said : `${said} (${seconds}s)`
}

/** What the advised period has to hold. */
const roomText = (needed: number, { teardownSeconds }: Told): string =>
  `it has to hold what requests need (${time(needed)}) and then the teardown (${time(teardownSeconds)})`

const answerText = (told: Told): string => {
  const { grace, wanted } = told
  const force = grace.limits.find(({ ok, rule }) => rule === Limits.forceRule && !ok)
  if (force !== undefined) return force.sentence
  const { graceSeconds } = grace.today
  const { graceSeconds: needed, loss } = advised(grace.periods)!
  const share = `${oneIn(loss)} of the requests in flight${savable(grace)}`
  if (needed === null) return "No grace period covers these requests: lower request_timeout, or let callers try again."
  if (wanted === null)
    return `No grace period that may be set is long enough: ${roomText(needed, told)}. Make the teardown shorter, or lower request_timeout.`
  if (wanted <= graceSeconds)
    return `Keep the grace period of ${time(graceSeconds)}: ${time(wanted)} would be enough to cut no more than ${share}.`
  if (needed <= graceSeconds)
    return `Set termination_grace_period to ${toSet(wanted)} instead of ${time(graceSeconds)}: ${roomText(needed, told)}.`
  return `Set termination_grace_period to ${toSet(wanted)} instead of ${time(graceSeconds)}: it cuts no more than ${share}.`
}

const between = ({ graceSeconds, high, low }: GracePeriod, hasInterval: boolean): string => {
  const period = time(graceSeconds!)
  if (!hasInterval || (low === graceSeconds && high === graceSeconds)) return period
  return `${period} (${time(low ?? graceSeconds!)} to ${high === null ? "more than 1 h" : time(high)})`
}

/** Why these periods have no interval; nothing where they have. */
const noIntervalText = ({ grace, seeds }: Told): ReadonlyArray<string> => {
  const unknown = "how far off these periods may be is not known"
  if (grace.repeated) return [`Every seed has the requests of the trace again, so there is no interval: ${unknown}.`]
  return seeds === 1 ? [`One seed has no interval: ${unknown}. Ask for more, with --seeds 8.`] : []
}

const periodsText = (told: Told): ReadonlyArray<string> => {
  const { grace } = told
  const found = grace.periods.filter(({ graceSeconds, loss }) => graceSeconds !== null && loss > 0)
  const longest = grace.periods.find(({ loss }) => loss === 0)!.graceSeconds
  const end =
    longest === null
      ? "some outlast every period that may be set"
      : `of the ${Format.counted(answeredIn(grace), grace.timingOut === null ? "request" : "other")} seen in flight none outlasted ${time(longest)}`
  if (found.length === 0) {
    return advised(grace.periods) === null ? [] : ["Even the longest period that may be set cuts more than 10 %."]
  }
  const noInterval = noIntervalText(told)
  const [first, ...others] = found.map(
    (period) => [lossText(period.loss), between(period, noInterval.length === 0)] as const
  )
  const more = others.map(([loss, period]) => `, ${loss} with ${period}`).join("")
  const given = [
    ...(grace.timingOut === null ? [] : ["of the others"]),
    ...(Limits.isBroken(grace.limits, Limits.forceRule) ? ["without the force of the spec"] : [])
  ].join(", ")
  const whose = given === "" ? "" : `${given[0]!.toUpperCase()}${given.slice(1)}, `
  return [`${whose}${first![0]} are cut with ${first![1]}${more}; ${end}.`, ...noInterval]
}

const kneeText = ({ grace: { knee, periods } }: Told): ReadonlyArray<string> => {
  if (advised(periods) === null) return []
  return knee === null
    ? ["The curve has no knee: each second saves about as much as the one before."]
    : [`The knee of the curve is at ${time(knee)}: beyond it another second saves little.`]
}

/** What no grace period saves. */
const timingOutText = ({ grace: { seen, timingOut }, requestTimeoutSeconds }: Told): ReadonlyArray<string> => {
  if (timingOut === null) return []
  const limit = `request_timeout (${time(requestTimeoutSeconds)})`
  return timingOut.seen === seen
    ? [`No grace period saves a request: ${limit} ends all that were seen in flight before they are answered.`]
    : [
        `${limit} ends ${shareText(timingOut.share)} of the requests in flight before they are answered: no grace period saves those.`
      ]
}

/** A tail like this has no mean: whatever the period, what is beyond it is long. */
const heavyIndex = 1

const tailText = ({ grace: { periods, tailIndex } }: Told): ReadonlyArray<string> => {
  if (tailIndex === null || tailIndex >= heavyIndex) return []
  const tail = `The longest requests have a heavy tail (index ${(tailIndex + 1).toFixed(1)})`
  return advised(periods)?.graceSeconds === null
    ? [`${tail}: no grace covers these; cap request_timeout, or retry.`]
    : [`${tail}: to save more of them takes far longer; to wait less, cap request_timeout, or retry.`]
}

const worstText = (told: Told): ReadonlyArray<string> => {
  const { worstHour } = told.grace
  if (worstHour === null || worstHour.count.mean === 0) return []
  const { count, fromMs: atMs } = worstHour
  return [
    `In the worst hour, from ${Clock.timeOfDay(atMs)} of the run on, today's ${periodText(told)} cuts ${requestsText(count)}${count.mean < 1 ? "" : " a rollout"}.`
  ]
}

/** How long a grace, for people. */
export const said = (told: Told): ReadonlyArray<Paragraph.Said> => {
  // Whether a period is long enough is the answer itself.
  const answered: ReadonlyArray<string> = [
    Limits.roomRule,
    Limits.forceRule,
    ...(told.wanted === null ? [Limits.ceilingRule] : [])
  ]
  const broken = told.grace.limits.filter(({ ok, rule }) => !ok && !answered.includes(rule))
  const isNoneSavable = answeredIn(told.grace) === 0
  const reasons = [
    todayText(told),
    ...(isNoneSavable ? [] : [...timingOutText(told), ...periodsText(told)]),
    ...kneeText(told),
    ...worstText(told),
    ...tailText(told)
  ]
  const isTold = advised(told.grace.periods) !== null
  const answer = told.wanted === null ? Paragraph.noAnswer : Paragraph.answer
  return [
    ...(isTold ? answer(answerText(told)) : []),
    ...(isNoneSavable ? timingOutText(told) : untoldText(told)).flatMap(Paragraph.noAnswer),
    ...reasons.flatMap((reason) => Paragraph.reason(reason)),
    ...broken.flatMap(({ sentence }) => Paragraph.noAnswer(sentence))
  ]
}

/** The periods that are worth a row, and why. */
const rowsOf = ({ atSeconds, grace }: Told): ReadonlyArray<readonly [seconds: number, why: string]> => {
  const { knee, periods, today } = grace
  const found: ReadonlyArray<readonly [number | null, string]> = [
    [today.graceSeconds, "today"],
    [knee, "knee"],
    ...periods.map(({ graceSeconds, loss }): readonly [number | null, string] => [graceSeconds, lossText(loss)]),
    ...atSeconds.map((seconds): readonly [number, string] => [seconds, "asked"])
  ]
  const named = new Map<number, Array<string>>()
  for (const [seconds, why] of found) {
    if (seconds !== null && grace.curve.some((point) => point.graceSeconds === seconds))
      named.set(seconds, [...(named.get(seconds) ?? []), why])
  }
  return [...named].sort((a, b) => a[0] - b[0]).map(([seconds, why]) => [seconds, why.join(", ")] as const)
}

const means = ({ mean }: Estimate): string => Format.count({ mean, low: mean, high: mean, n: 1 })

const cells = (point: CurvePoint, { timingOut }: Grace): ReadonlyArray<string> => [
  shareText(point.share),
  Format.count(point.count),
  `${means(point.direct)} + ${means(point.queued)}`,
  ...(timingOut === null ? [] : [means(point.timingOut)]),
  Format.duration(point.lostWorkSeconds.mean * 1000)
]

/** The curve, and the periods that matter with what they cut. */
export const details = (told: Told, terminal: Terminal.Terminal, width: number): ReadonlyArray<string> => {
  const { curve } = told.grace
  const found = rowsOf(told)
  const longest = Math.max(...found.map(([seconds]) => time(seconds).length))
  const rows = found.map(([seconds, why]) => ({
    label: `  ${time(seconds).padStart(longest)}  ${why}`,
    cells: cells(
      curve.find(({ graceSeconds }) => graceSeconds === seconds)!,
      told.grace
    ).map((cell) => Terminal.plain(terminal, cell))
  }))
  const timingOut = told.grace.timingOut === null ? [] : ["timing out anyway"]
  const headers = ["cut", "requests", "direct + queued", ...timingOut, "work lost"]
  const table = Table.plain(headers, rows, width, (header) => Terminal.paint(terminal, "dim", header))
  const limits = told.grace.limits.filter(({ ok }) => ok).map(({ sentence }) => sentence)
  return [
    ...GraceCurve.lines(told.grace, terminal, width),
    "",
    ...table,
    ...(limits.length === 0 ? [] : [""]),
    ...Paragraph.lines(limits.flatMap(Paragraph.reason), terminal, width)
  ]
}

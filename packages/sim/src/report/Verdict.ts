import { ways } from "@ebb/core/domain/RolloutWay"
import * as Average from "@ebb/text/Average"
import * as Format from "@ebb/text/Format"
import * as ShellWords from "@ebb/text/ShellWords"
import { String } from "effect"
import { bracketed, ofSeveral, recovery } from "./ModeRows.ts"
import { failuresIn, type ModeReport } from "../measure/ModeReport.ts"
import { highestUnseen } from "../measure/Statistics.ts"
import type { RehearsalReport } from "./RehearsalReport.ts"
import { finishedIn, hasMetNone, metOf, tellsErrors } from "./Proof.ts"
import * as Trouble from "./Trouble.ts"

/** The four numbers that tell the modes apart, as texts. */
export interface ModeNumbers {
  readonly mode: ModeReport["mode"]
  readonly isAdvised: boolean
  /** Requests that failed beyond those without a rollout. */
  readonly failed: string
  /** Whether any did. */
  readonly isFailing: boolean
  /** The 99th percentile of the latency in the window that begins with the rollout. */
  readonly p99: string
  /** How long fewer slots were ready than before. */
  readonly belowCapacity: string
  readonly cost: string
}

/** What a rehearsal comes to: what to do and why, in short sentences. */
export interface Verdict {
  /** What has to be known before any advice is taken. */
  readonly warnings: ReadonlyArray<string>
  /** What to do, and what that costs; null where there is nothing to choose. */
  readonly headline: string | null
  readonly modes: ReadonlyArray<ModeNumbers>
  readonly reasons: ReadonlyArray<string>
  /** The command that rolls out as advised; null without advice. */
  readonly command: string | null
  /** An assertion that the advised mode meets now; null where it proves nothing. */
  readonly gate: string | null
}

/** What of the spec goes into the command. */
export interface App {
  readonly name: string
  readonly env: string
}

type Modes = ReadonlyArray<ModeReport>

/** The modes and what is advised of them. */
type Compared = Pick<RehearsalReport, "advice" | "modes">

/** A difference that is nothing where requests fail without a rollout too. */
const leastError = 0.05
/** Differences in cost below this share of it are left out of the headline. */
const worthSaying = 0.01

/** A mean as the head of a table has it: `19`, `0.4`. */
const rounded = (value: number): string => (value < 0.95 ? `${+value.toPrecision(2)}` : Format.integer(value))

/** A mean of counts: `10`, or `~9.6` where it is no whole number. */
const average = (value: number): string => {
  if (Number.isInteger(value)) return Format.integer(value)
  return `~${value >= 0.95 && value < 99.5 ? +value.toFixed(1) : rounded(value)}`
}

const find = (modes: Modes, name: string): ModeReport | undefined => modes.find(({ mode }) => mode === name)

const failuresWithout = (modes: Modes): number => {
  const none = find(modes, "none")
  return none === undefined ? 0 : failuresIn(none)
}

/** Failed requests beyond those that fail without a rollout. */
const extraErrors = (mode: ModeReport, modes: Modes): number => {
  const without = failuresWithout(modes)
  const extra = failuresIn(mode) - without
  return without > 0 && Math.abs(extra) < leastError ? 0 : Math.round(extra * 1e6) / 1e6
}

/** A whole that rounded would be less than its part is told as exactly: `~6.1 of 6.1`. */
const shareOf = (part: number, whole: number): string =>
  `${average(part)} of ${Math.round(whole) < part ? average(whole).replace("~", "") : rounded(whole)}`

/** Whether nothing fails without a rollout, as far as is known. */
const isClean = (modes: Modes): boolean => failuresWithout(modes) === 0

const moreOrFewer = (extra: number): string => (extra < 0 ? "fewer" : "more")

const failedText = (mode: ModeReport, modes: Modes): string => {
  const extra = extraErrors(mode, modes)
  if (!isClean(modes)) return `${average(Math.abs(extra))} ${moreOrFewer(extra)}`
  if (extra === 0) return "0"
  const inFlight = mode.inFlight.errored?.mean ?? 0
  const isAllOfThem = Math.abs(extra - inFlight) < Math.min(leastError, extra / 2)
  return isAllOfThem ? shareOf(extra, mode.inFlight.atStart?.mean ?? 0) : average(extra)
}

/** What failed under a mode; that nothing did is said only where something could have been seen to. */
const failedCell = (mode: ModeReport, modes: Modes): string => {
  const own = mode.mode === "none" ? failuresIn(mode) : extraErrors(mode, modes)
  if (own === 0 && !tellsErrors(mode, modes)) return Format.none
  return mode.mode === "none" ? average(own) : failedText(mode, modes)
}

const p99Of = (mode: ModeReport): string => {
  const { p99 } = mode.latencyMs.during
  return p99 === null ? Format.none : bracketed(mode, "during", Format.duration(p99.mean))
}

const costOf = ({ cost }: ModeReport): string =>
  cost.amount === null ? "no price" : Format.money(cost.amount.mean, cost.currency)

/** In how many runs capacity never came back, where it did in others: `242 of 1000`. */
const neverBack = ({ capacity: { recoveryMs }, mode, requests }: ModeReport): string | null => {
  const runs = requests.accepted?.n ?? 0
  const isMixed = mode !== "none" && recoveryMs !== null && recoveryMs.n < runs
  return isMixed ? `${runs - recoveryMs.n} of ${runs}` : null
}

const belowCapacity = (mode: ModeReport): string => {
  const never = neverBack(mode)
  const text = recovery(mode, ({ mean }) => Format.duration(mean))
  return never === null ? text : `${text}, never in ${never}`
}

const numbersOf = (mode: ModeReport, { advice, modes }: Compared): ModeNumbers => ({
  mode: mode.mode,
  isAdvised: advice?.mode === mode.mode && finishedIn(mode) > 0,
  failed: failedCell(mode, modes),
  isFailing: mode.mode !== "none" && extraErrors(mode, modes) > 0,
  p99: p99Of(mode),
  belowCapacity: belowCapacity(mode),
  cost: costOf(mode)
})

/** The four numbers of each mode. */
export const numbers = (compared: Compared): ReadonlyArray<ModeNumbers> =>
  compared.modes.map((mode) => numbersOf(mode, compared))

const failsPart = (best: ModeReport, modes: Modes): string => {
  const extra = extraErrors(best, modes)
  const verb = { one: "fails", many: "fail" }
  if (isClean(modes)) return extra === 0 ? "nothing fails" : Average.of(extra, "request", verb)
  const more = extra <= 0 ? "nothing more fails" : Average.of(extra, "more request", verb)
  return `${more} than without a rollout`
}

const capacityPart = (best: ModeReport): string => {
  const { recoveryMs } = best.capacity
  if (recoveryMs === null) return "capacity never comes back"
  const never = neverBack(best)
  const otherwise = never === null ? "" : `, never in ${never} runs`
  if (recoveryMs.high === 0)
    return never === null ? "no capacity gap" : `capacity never back in ${never} runs, no gap in others`
  return `full capacity again after ${Format.duration(recoveryMs.mean)}${otherwise}`
}

const roundsToNothing = (amount: number): boolean => !/[1-9]/.test(Format.money(amount, ""))

/** What it costs beyond another mode: graceful, else doing nothing. */
const costPart = (best: ModeReport, modes: Modes): ReadonlyArray<string> => {
  const other = ["graceful", "none"].map((name) => find(modes, name)).find((one) => one !== undefined && one !== best)
  const own = best.cost.amount
  if (other === undefined || own === null || other.cost.amount === null) return []
  const more = own.mean - other.cost.amount.mean
  if (Math.abs(more) < own.mean * worthSaying || roundsToNothing(more)) return []
  const amount = Format.money(Math.abs(more), best.cost.currency)
  const than = other.mode === "none" ? "no rollout" : other.mode
  return [`costs ${amount} ${more < 0 ? "less" : "more"} than ${than}`]
}

/** A rollout that takes less is over before anybody looks. */
const leastDurationMs = 30_000

const durationPart = ({ rollouts: [first] }: ModeReport): ReadonlyArray<string> => {
  const { durationMs = null } = first ?? {}
  return durationMs === null || durationMs.mean < leastDurationMs ? [] : [`takes ${Format.duration(durationMs.mean)}`]
}

const headline = (best: ModeReport, report: RehearsalReport, isDoubtful: boolean): string => {
  const { modes } = report
  const fails = hasMetNone(modes) && extraErrors(best, modes) === 0 ? "it met no request" : failsPart(best, modes)
  // Where the first rollout is the same in every mode, so is what is told of it.
  const isAlike = report.ownModes?.hasFirst === true
  const price = [...(isAlike ? [] : durationPart(best)), ...costPart(best, modes)].join(" and ")
  const said = [fails, ...(isAlike ? [] : [capacityPart(best)]), ...(price === "" ? [] : [`it ${price}`])].join(", ")
  return isDoubtful ? `Least bad is ${best.mode}: ${said}` : `Use ${best.mode}: ${said}`
}

const optionsOf = ({ order }: { readonly order: string | null }): ReadonlyArray<string> =>
  order === null ? ["--force"] : ["--order", order]

const commandOf = ({ mode }: ModeReport, { env, name }: App): string | null => {
  if (mode === "none") return null
  const inEnv = env === "main" ? [] : ["--env", env]
  return ShellWords.command(["ebb", "apps", "rollout", name, ...optionsOf(ways[mode]), ...inEnv])
}

/** An assertion about the requests in flight, or all; of a rollout that did not finish in every run none would pass. */
const gateOf = (best: ModeReport, { seeds }: RehearsalReport): string | null => {
  // What was in flight is told of the first of several rollouts alone.
  const isOne = best.rollouts.length === 1
  const errored = isOne ? best.inFlight.errored : best.requests.errored
  const isWhole = isOne || best.requests.erroredOfWarmup?.mean === 0
  if (errored === null || !isWhole || finishedIn(best) < seeds) return null
  return `${best.mode}.${isOne ? "inFlight" : "requests"}.errored ${errored.mean === 0 ? "== 0" : `<= ${Math.ceil(errored.high)}`}`
}

/** The mode that is advised; null without any, and where its rollouts ended in no run, which shows nothing about it. */
export const advised = ({ advice, modes }: RehearsalReport): ModeReport | null => {
  const best = advice === null ? undefined : find(modes, advice.mode)
  return best === undefined || finishedIn(best) === 0 ? null : best
}

/** What a rehearsal says, the answer first. */
export const of = (report: RehearsalReport, app: App): Verdict => {
  const warnings = Trouble.warnings(report)
  const best = advised(report)
  if (best === null) {
    return {
      warnings,
      headline: null,
      modes: numbers(report),
      reasons: ofSeveral(report),
      command: null,
      gate: null
    }
  }
  const isDoubtful = Trouble.isDoubtful(report, best)
  return {
    warnings,
    headline: headline(best, report, isDoubtful),
    modes: numbers(report),
    reasons: reasonsOf(best, report),
    command: commandOf(best, app),
    gate: isDoubtful ? null : gateOf(best, report)
  }
}

/** A sentence for each mode that was not taken, about what decided. */
const reasonsOf = (best: ModeReport, report: RehearsalReport): ReadonlyArray<string> => {
  const { advice, modes } = report
  const decided = (advice?.decidedBy ?? []).flatMap(({ by, mode }) => {
    const rival = find(modes, mode)
    // A warning says already what does not finish.
    return rival === undefined || by === "unfinished" ? [] : [String.capitalize(reason(best, rival, by, modes))]
  })
  return [...ofSeveral(report), ...fewMet(best, report), ...decided, ...(advice?.notes ?? [])]
}

/** Fewer than these, none of which failed, leave it open whether one in ten would. */
const enoughMet = 30

/** That none failed says little of so few. */
const fewMet = ({ inFlight }: ModeReport, report: RehearsalReport): ReadonlyArray<string> => {
  const count = metOf(report)
  if (count === null || count === 0 || count >= enoughMet || inFlight.errored?.mean !== 0) return []
  const met = count === 1 ? "Only 1 request was" : `Only ${count} requests were`
  const where = report.seeds === 1 ? "at the rollout" : `at the rollouts of all ${report.seeds} runs together`
  const share = Math.round(highestUnseen(count) * 100)
  return [`${met} in flight ${where}: too few to tell a share of failures below ${share} %.`]
}

type Criterion = Exclude<NonNullable<RehearsalReport["advice"]>["decidedBy"][number]["by"], "unfinished">

/** What callers felt meanwhile; nothing where there is no time, or one that means nothing. */
const p99Clause = (best: ModeReport, rival: ModeReport): string =>
  [best, rival].some(({ latencyMs, stability }) => stability.runs > 0 || latencyMs.during.p99 === null)
    ? ""
    : `; p99 is ${p99Of(rival)} meanwhile, ${p99Of(best)} with ${best.mode}`

const errorsReason = (best: ModeReport, rival: ModeReport, modes: Modes): string => {
  const extra = extraErrors(rival, modes)
  const own = extraErrors(best, modes)
  const against = (word?: string): string => (own === 0 ? "" : `, ${best.mode} ${Average.short(Math.abs(own), word)}`)
  if (isClean(modes)) return `${rival.mode} fails ${Average.of(extra, "request")}${against()}.`
  const more =
    extra === 0 ? "as many requests as" : `${Average.of(Math.abs(extra), `${moreOrFewer(extra)} request`)} than`
  return `${rival.mode} fails ${more} without a rollout${against(moreOrFewer(own))}.`
}

const reason = (best: ModeReport, rival: ModeReport, by: Criterion, modes: Modes): string => {
  if (by === "errors") return errorsReason(best, rival, modes)
  if (by === "neverRecovered" || by === "recovery") {
    const p99 = p99Clause(best, rival)
    const { recoveryMs } = rival.capacity
    if (recoveryMs === null) return `${rival.mode} never has its capacity back${p99}.`
    const never = neverBack(rival)
    const otherwise = never === null ? "" : ` and never recovers in ${never} runs`
    return `${rival.mode} is below capacity for ${Format.duration(recoveryMs.mean)}${otherwise}${p99}.`
  }
  if (by === "cost") return `${rival.mode} costs ${costOf(rival)}, ${best.mode} ${costOf(best)}.`
  return `${rival.mode} does as well, within the intervals.`
}

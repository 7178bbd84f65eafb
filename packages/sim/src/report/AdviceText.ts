import { ways } from "@ebb/core/domain/RolloutWay"
import { String } from "effect"
import type { Criterion } from "./Criteria.ts"
import type { Runs, RunsByMode } from "../measure/Aggregate.ts"
import * as Average from "@ebb/text/Average"
import * as Format from "@ebb/text/Format"
import { graceNote } from "./GraceAdvice.ts"
import { lostWorkNote } from "./LostWork.ts"
import { failuresOf, isUnfinished, type RunMeasures } from "../measure/RunMeasures.ts"
import type { Mode } from "../spec/SpecSchema.ts"
import { saturationOf } from "../measure/Stability.ts"
import { estimate, pairedDifference } from "../measure/Statistics.ts"

/** Each mode that was not taken, and what decided; null: nothing told it apart. */
export type Decided = ReadonlyArray<readonly [rival: Mode, by: Criterion | null]>

/** One sentence: the numbers that decided, and where a grace period cut requests the one that would have sufficed. */
export const sentence = (best: Mode, decided: Decided, runs: RunsByMode): string => {
  const reasons = decided.length === 0 ? alone(best, runs) : listed(clauses(best, decided, runs), ", and ")
  return `${String.capitalize(nameOf(best))} ${reasons}${saturationNote(runs)}${lostWorkNote(runs, nameOf)}${chanceNote(best, decided, runs)}${graceNote(best, runs, nameOf)}.`
}

/** What is to be said beside it, a sentence each. */
export const notes = (best: Mode, decided: Decided, runs: RunsByMode): ReadonlyArray<string> =>
  [graceNote(best, runs, asItIs), chanceNote(best, decided, runs), lostWorkNote(runs, asItIs)]
    .filter((note) => note !== "")
    .map(asSentence)

const asItIs = (mode: Mode): string => mode

const asSentence = (note: string): string => `${String.capitalize(note.replace(/^; /, ""))}.`

const nameOf = (mode: Mode): string => (mode === "none" ? "no rollout" : ways[mode].verb)

const listed = (texts: ReadonlyArray<string>, last = " and "): string =>
  texts.length < 2 ? texts.join("") : `${texts.slice(0, -1).join(", ")}${last}${texts.at(-1)!}`

const alone = (mode: Mode, runs: RunsByMode): string => {
  const said = errors(mode, runs)
  const compared = said === "no errors" ? "no more errors than no rollout" : `${said} more than no rollout`
  return `costs ${runs.has("none") ? compared : said} and ${slots(runs.get(mode)!)}`
}

/** A clause for each criterion that decided about any rival. */
const clauses = (best: Mode, decided: Decided, runs: RunsByMode): ReadonlyArray<string> => {
  const own = runs.get(best)!
  const beaten = (...by: ReadonlyArray<Criterion | null>): ReadonlyArray<Mode> =>
    decided.filter(([, criterion]) => by.includes(criterion)).map(([rival]) => rival)
  const said = (rivals: ReadonlyArray<Mode>, lead: string, of: (rival: Runs, mode: Mode) => string): string =>
    rivals.length === 0
      ? ""
      : `${lead} ${listed(rivals.map((rival) => `${nameOf(rival)}${of(runs.get(rival)!, rival)}`))}`
  return [
    said(beaten("unfinished"), "finishes where", (rival) => ` does not ${inRuns(rival, isUnfinished)}`),
    said(beaten("errors"), `costs ${errors(best, runs)} where`, (_, rival) => ` costs ${extraErrors(rival, runs)}`),
    recovery(best, beaten("neverRecovered", "recovery"), runs),
    said(beaten("cost"), `costs ${money(own)} where`, (rival) => ` costs ${money(rival)}`),
    said(beaten(null), "does, within the intervals, no better than", () => "")
  ].filter((clause) => clause !== "")
}

const neverRecovers = ({ capacity }: RunMeasures): boolean => capacity.recoveryMs === null

const inRuns = (runs: Runs, test: (run: RunMeasures) => boolean): string => {
  const found = runs.filter(test).length
  return found === runs.length ? `in any of ${runs.length} runs` : `in ${found} of ${runs.length} runs`
}

const recovery = (best: Mode, rivals: ReadonlyArray<Mode>, runs: RunsByMode): string => {
  if (rivals.length === 0) return ""
  const own = runs.get(best)!
  const late = rivals.map((rival) => `${nameOf(rival)} ${slotsLate(runs.get(rival)!)}`)
  return `${slots(own)} where ${listed(late)}${meanwhile([best, ...rivals], runs)}${costNote(own, rivals, runs)}`
}

/** When a mode has its slots again; 0: they were never fewer. */
const slots = (runs: Runs): string => {
  const found = estimate(runs.map(({ capacity }) => capacity.recoveryMs))
  if (found === null) return "never has its slots back"
  return found.high === 0 ? "keeps its slots" : `has its slots back after ${Format.duration(found.mean)}`
}

const slotsLate = (runs: Runs): string => {
  const found = estimate(runs.map(({ capacity }) => capacity.recoveryMs))
  if (found === null) return "never has them back"
  const late = `has them back after ${Format.duration(found.mean)}`
  return runs.some(neverRecovers) ? `${late} and never ${inRuns(runs, neverRecovers)}` : late
}

/** How callers fared while slots were missing, the mode taken first. */
const meanwhile = (modes: ReadonlyArray<Mode>, runs: RunsByMode): string => {
  const of = (what: string, texts: ReadonlyArray<string>): string =>
    `${what} ${texts[0]!} against ${listed(texts.slice(1))}`
  const p99s = modes.flatMap((mode) => p99Text(runs.get(mode)!))
  const lost = modes.map((mode) => extraErrors(mode, runs))
  const said = [
    ...(p99s.length === modes.length ? [of("p99 meanwhile", p99s)] : []),
    ...(lost.some((errors) => errors !== "0") ? [of("errors", lost)] : [])
  ]
  return said.length === 0 ? "" : ` (${said.join(", ")})`
}

const p99Text = (runs: Runs): ReadonlyArray<string> => {
  if (saturatedIn(runs) > 0) return []
  const found = estimate(runs.map(({ latencyMs }) => latencyMs.during?.p99))
  return found === null ? [] : [Format.duration(found.mean)]
}

/** What the mode taken costs more than those that it recovers sooner than. */
const costNote = (own: Runs, rivals: ReadonlyArray<Mode>, runs: RunsByMode): string => {
  const more = rivals.flatMap((rival) => {
    const found = pairedDifference(own.map(cost), runs.get(rival)!.map(cost))
    const isMore = found !== null && found.low > 0 && found.mean >= 0.005
    return isMore ? [`${Format.money(found.mean, own[0]!.cost.currency)} more than ${nameOf(rival)}`] : []
  })
  return more.length === 0 ? "" : `, for ${listed(more)}`
}

const saturatedIn = (runs: Runs): number => runs.filter((run) => saturationOf(run) !== null).length

/** Where the app cannot keep up; where it cannot even without a rollout, no mode makes a difference to that. */
const saturationNote = (runs: RunsByMode): string => {
  const none = saturatedIn(runs.get("none") ?? [])
  if (none > 0) return `; the app cannot keep up even without a rollout, in ${none} of ${runs.get("none")!.length} runs`
  const said = [...runs].flatMap(([mode, own]) => {
    const count = saturatedIn(own)
    return count === 0 ? [] : [`with ${nameOf(mode)} in ${count} of ${own.length} runs`]
  })
  return said.length === 0 ? "" : `; the app cannot keep up ${listed(said)}`
}

/** Errors that the mode taken had more than another, in runs too few to tell. */
const chanceNote = (best: Mode, decided: Decided, runs: RunsByMode): string => {
  const own = runs.get(best)!
  const fewer = decided.filter(([rival]) => {
    const difference = pairedDifference(own.map(failuresOf), runs.get(rival)!.map(failuresOf))
    return difference !== null && difference.mean >= 1
  })
  if (fewer.length === 0) return ""
  const theirs = fewer.map(([rival]) => `${extraErrors(rival, runs)} of ${nameOf(rival)}`)
  return `; its errors, ${extraErrors(best, runs)} against ${listed(theirs)}, may be chance in ${own.length} runs: more seeds would tell`
}

/** The errors of a mode beyond those without a rollout. */
const extraOf = (mode: Mode, runs: RunsByMode): number => {
  const own = runs.get(mode)!.map(failuresOf)
  const none = runs.get("none")
  return (none === undefined ? estimate(own) : pairedDifference(own, none.map(failuresOf)))?.mean ?? 0
}

const extraErrors = (mode: Mode, runs: RunsByMode): string => Average.short(extraOf(mode, runs))

const errors = (mode: Mode, runs: RunsByMode): string => {
  const extra = extraOf(mode, runs)
  return extra === 0 ? "no errors" : Average.of(extra, "error")
}

const cost = (run: RunMeasures): number | null => run.cost.amount

const money = (runs: Runs): string => Format.money(estimate(runs.map(cost))?.mean ?? 0, runs[0]!.cost.currency)

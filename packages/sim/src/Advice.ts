import type { Runs, RunsByMode } from "./Aggregate.ts"
import type { Advice } from "./RehearsalReport.ts"
import type { RunMeasures } from "./RunMeasures.ts"
import type { Mode } from "./SpecSchema.ts"
import { estimate, pairedDifference } from "./Statistics.ts"

type Pick = (run: RunMeasures) => number | null

const errors: Pick = ({ requests }) => requests.errored
const cost: Pick = ({ cost: { amount } }) => amount

/** A rollout that does not finish has not done what it is for. */
const unfinished: Pick = ({ rollouts: [first] }) => (first?.state === "finished" ? 0 : 1)

const recovery: Pick = ({ capacity: { recoveryMs } }) => recoveryMs

/** Over the seeds in which one of two modes never recovered, the one that did so less often is better. */
const neverRecovered: Pick = ({ capacity: { recoveryMs } }) => (recoveryMs === null ? 1 : 0)

/** Below 0: the first is better by more than chance; 0: the paired interval includes 0 or there is nothing to compare. */
const compare = (a: Runs, b: Runs, pick: Pick): number => {
  const difference = pairedDifference(a.map(pick), b.map(pick))
  if (difference === null) return 0
  return difference.low > 0 ? 1 : difference.high < 0 ? -1 : 0
}

const criteria = [unfinished, errors, neverRecovered, recovery, cost]

/** Which criterion tells the two apart, and which of the two it prefers; null when none does. */
const decide = (a: Runs, b: Runs): { readonly by: Pick; readonly sign: number } | null => {
  for (const by of criteria) {
    const sign = compare(a, b, by)
    if (sign !== 0) return { by, sign }
  }
  return null
}

/** The mode to take: fewest errors, where that is a tie the shorter recovery, then the lower cost (docs/measures.md). */
export const advise = (runs: RunsByMode): Advice | null => {
  const modes = [...runs.keys()].filter((mode) => mode !== "none")
  const [first, ...others] = modes
  if (first === undefined) return null
  const best = others.reduce<Mode>((winner, mode) => {
    const decision = decide(runs.get(mode)!, runs.get(winner)!)
    return decision !== null && decision.sign < 0 ? mode : winner
  }, first)
  return { mode: best, because: because(best, modes, runs) }
}

const because = (best: Mode, modes: ReadonlyArray<Mode>, runs: RunsByMode): string => {
  const rivals = modes.filter((mode) => mode !== best)
  if (rivals.length === 0) return alone(best, runs)
  const sentences = rivals.map((rival) => against(best, rival, runs)).filter((sentence) => sentence !== "")
  return [...sentences, ...graceNote(runs)].join(" ")
}

const names: Readonly<Record<Mode, string>> = {
  none: "No rollout",
  graceful: "Stopping first",
  replace: "Replacing first",
  force: "Force"
}

const inRun = (mode: Mode): string => names[mode].toLowerCase()

const alone = (mode: Mode, runs: RunsByMode): string => {
  const own = runs.get(mode)!
  const lost = `${names[mode]} costs ${number(extraErrors(mode, runs))} errors${runs.has("none") ? " more than no rollout" : ""}`
  const never = own.every(({ capacity }) => capacity.recoveryMs === null)
  const recovered = never ? "never has its slots back" : `has its slots back after ${recoveryText(own)}`
  return [`${lost} and ${recovered}.`, ...graceNote(runs)].join(" ")
}

const against = (best: Mode, rival: Mode, runs: RunsByMode): string => {
  const [own, other] = [runs.get(best)!, runs.get(rival)!]
  const decision = decide(own, other)
  const errorText = `${number(extraErrors(rival, runs))} errors against ${number(extraErrors(best, runs))}`
  if (decision === null) return `${names[rival]} comes out the same within the intervals.`
  if (decision.by === unfinished) {
    return `${names[rival]} does not finish: ${number(estimate(other.map(unfinished))!.mean * 100)} % of its rollouts were still under way at the end.`
  }
  if (decision.by === errors) {
    return `${names[rival]} costs ${number(extraErrors(rival, runs))} errors where ${inRun(best)} costs ${number(extraErrors(best, runs))}.`
  }
  if (decision.by === recovery || decision.by === neverRecovered) {
    const p99 = `p99 meanwhile ${p99Text(other)} against ${p99Text(own)}`
    const late = `${names[rival]} ${recoveryPhrase(other)}, ${inRun(best)} after ${recoveryText(own)}`
    return `${late}; ${p99} (${errorText}).${costNote(best, rival, runs)}`
  }
  return `${names[rival]} costs ${money(other)} where ${inRun(best)} costs ${money(own)}, with ${errorText}.`
}

const costNote = (best: Mode, rival: Mode, runs: RunsByMode): string => {
  const more = pairedDifference(runs.get(best)!.map(cost), runs.get(rival)!.map(cost))
  if (more === null || more.low <= 0 || more.mean < 0.005) return ""
  return ` It costs ${moneyText(runs.get(best)!, more.mean)} more than ${inRun(rival)}.`
}

/** Where a grace period cut requests, the one that would have sufficed. */
const graceNote = (runs: RunsByMode): ReadonlyArray<string> => {
  for (const mode of ["graceful", "replace"] as const) {
    const own = runs.get(mode)
    if (own === undefined) continue
    const cut = estimate(own.map(({ inFlight }) => inFlight.errored + inFlight.retried))?.mean ?? 0
    if (cut === 0) continue
    const needed = estimate(own.map(({ graceNeededMs }) => graceNeededMs))
    const exceeded = estimate(own.map((run) => run.rollouts[0]?.runners.filter((r) => r.graceExceeded).length ?? 0))
    const cutText = `${names[mode]} cut ${number(cut)} requests at the end of the grace period on ${number(exceeded?.mean ?? 0)} runners`
    const why =
      needed === null
        ? "no grace period would have sufficed: they hang"
        : `it would have had to be ${time(needed.mean)}`
    return [`${cutText}; ${why}.`]
  }
  return []
}

const extraErrors = (mode: Mode, runs: RunsByMode): number => {
  const none = runs.get("none")
  const own = runs.get(mode)!.map(errors)
  if (none === undefined) return estimate(own)?.mean ?? 0
  return pairedDifference(own, none.map(errors))?.mean ?? 0
}

const number = (value: number): string => (Number.isInteger(value) ? String(value) : value.toFixed(1))

const time = (ms: number): string => {
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 120_000) return `${(ms / 1000).toFixed(1).replace(/\.0$/, "")} s`
  return `${(ms / 60_000).toFixed(1).replace(/\.0$/, "")} min`
}

const recoveryText = (runs: Runs): string => {
  const found = estimate(runs.map(({ capacity }) => capacity.recoveryMs))
  return found === null ? "never" : time(found.mean)
}

const recoveryPhrase = (runs: Runs): string => {
  const seldom = runs.filter(({ capacity }) => capacity.recoveryMs === null).length
  if (seldom === runs.length) return "never has its slots back"
  const late = `has its slots back only after ${recoveryText(runs)}`
  return seldom === 0 ? late : `${late}, and in ${seldom} of ${runs.length} runs never`
}

const p99Text = (runs: Runs): string => {
  const found = estimate(runs.map(({ latencyMs }) => latencyMs.during?.p99))
  return found === null ? "unknown" : time(found.mean)
}

const moneyText = (runs: Runs, value: number): string => {
  const { currency } = runs[0]!.cost
  return currency === "USD" ? `$ ${value.toFixed(2)}` : `${value.toFixed(2)} ${currency}`
}

const money = (runs: Runs): string => moneyText(runs, estimate(runs.map(cost))?.mean ?? 0)

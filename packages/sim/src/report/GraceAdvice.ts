import { unforced } from "@ebb/core/domain/RolloutWay"
import * as Average from "@ebb/text/Average"
import * as Format from "@ebb/text/Format"
import type { Runs, RunsByMode } from "../measure/Aggregate.ts"
import type { RunMeasures } from "../measure/RunMeasures.ts"
import { quantile } from "../measure/Statistics.ts"
import type { Mode } from "../spec/SpecSchema.ts"

const secondMs = 1000

/** A grace period may be this long (platform rule 8.2). */
const longestMs = 3_600_000

/** From so many runs on, what 95 % of them need is told apart from what all of them do. */
const runsForP95 = 20

/** Requests that the end of a grace period was seen to cut. */
const cutIn = ({ cutByGrace }: RunMeasures): number => cutByGrace.requests

/** Those of them that would not have been answered, however long it was. */
const timingOutIn = ({ cutByGrace }: RunMeasures): number => cutByGrace.timingOut

const sum = (runs: Runs, of: (run: RunMeasures) => number): number => runs.reduce((all, run) => all + of(run), 0)

/** How many requests a run would have lost with this grace period. */
const lost = ({ remainingMs }: RunMeasures, graceMs: number): number => remainingMs.filter((ms) => ms > graceMs).length

/** The shortest grace period in whole seconds, as the platform has them, that cuts nothing in this share of the runs. */
const enoughMs = (runs: Runs, share: number): number => {
  const needed = runs.map(({ remainingMs }) => remainingMs.at(-1) ?? 0)
  return Math.ceil(quantile(needed, share) / secondMs) * secondMs
}

/**
 * Where a grace period cut requests of the mode taken, else of another: how many, and which period would have cut none;
 * empty where none did.
 */
export const graceNote = (best: Mode, runs: RunsByMode, nameOf: (mode: Mode) => string): string => {
  for (const mode of [best, ...unforced]) {
    const own = runs.get(mode) ?? []
    const cut = sum(own, cutIn)
    if (cut === 0) continue
    return `; ${nameOf(mode)} cut ${Average.of(cut / own.length, "request")} at the end of the grace period${afterwards(own, cut)}`
  }
  return ""
}

/** What would have become of them with a longer one. */
const afterwards = (runs: Runs, cut: number): string => {
  const timingOut = sum(runs, timingOutIn)
  if (timingOut === 0) return remedy(runs)
  if (timingOut === cut) return ", and no grace period would have been long enough: request_timeout ends them first"
  const all = runs.length === 1 ? "" : ` of the ${Format.integer(cut)} in all runs`
  return `; request_timeout would have ended ${Format.integer(timingOut)}${all} anyway${remedy(runs, " of the others")}`
}

/** `those`: what it is about, if not all. */
const remedy = (runs: Runs, those = ""): string => {
  const isKnown = runs.every((run) => cutIn(run) === timingOutIn(run) || run.remainingMs.length > 0)
  if (!isKnown) return ""
  const allMs = enoughMs(runs, 1)
  if (allMs === Infinity) return hanging(runs, those)
  if (allMs > longestMs) {
    return `, and ${Format.duration(allMs)} would have been needed, more than the ${Format.span(longestMs)} that there may be`
  }
  const forced = forcedBefore(runs, allMs)
  if (forced !== null)
    return `; a longer grace period may be cut short by the force ${Format.span(forced)} after that rollout`
  return `: a grace period of ${Format.span(allMs)} cuts none${those} in ${inAll(runs)}, ${justBelow(runs, allMs)}${p95(runs, allMs)}`
}

/** When a later rollout of the spec kills what such a grace period may still wait for; null: never. */
const forcedBefore = (runs: Runs, graceMs: number): number | null => {
  const tooSoon = runs.filter(({ forcedAfterMs, rollouts }) => {
    const signalsMs = rollouts[0]?.runners.map(({ signalAfterMs }) => signalAfterMs ?? 0) ?? []
    return forcedAfterMs !== null && Math.max(0, ...signalsMs) + graceMs > forcedAfterMs
  })
  return tooSoon[0]?.forcedAfterMs ?? null
}

const inAll = ({ length }: Runs): string => (length === 1 ? "this run" : `any of these ${length} runs`)

/** What 95 % of the runs can do with, where that is less. */
const p95 = (runs: Runs, allMs: number): string => {
  const ms = enoughMs(runs, 0.95)
  return runs.length < runsForP95 || ms === allMs ? "" : `; ${Format.span(ms)} is enough in 95 % of them`
}

/** How many requests a second less cuts, counted: in nearly every run it cuts none. */
const justBelow = (runs: Runs, allMs: number): string => {
  const belowMs = allMs - secondMs
  const count = sum(runs, (run) => lost(run, belowMs))
  return `one of ${Format.span(belowMs)} cuts ${Format.counted(count, "request")}${runs.length > 1 ? " in all of them together" : ""}`
}

/** No grace period outlasts a runner that hangs. */
const hanging = (runs: Runs, those: string): string => {
  const hung = runs.filter(({ remainingMs }) => remainingMs.at(-1) === Infinity).length
  if (hung === runs.length)
    return `, and no grace period would have been long enough: ${those === "" ? "they" : "others"} hang`
  return `, and in ${hung} of ${runs.length} runs no grace period would have been long enough: requests hang`
}

import * as Format from "@ebb/text/Format"
import type { Runs, RunsByMode } from "../measure/Aggregate.ts"
import type { RunMeasures } from "../measure/RunMeasures.ts"
import { estimate, pairedDifference } from "../measure/Statistics.ts"
import type { Mode } from "../spec/SpecSchema.ts"

type Pick = (run: RunMeasures) => number | null

const secondsOf: Pick = ({ lostWork }) => lostWork.seconds
const amountOf: Pick = ({ lostWork }) => lostWork.amount

/** Less work than this is not worth a sentence. */
const leastSeconds = 1

/** What a mode throws away beyond what is lost without a rollout. */
const extra = (own: Runs, without: Runs | undefined, pick: Pick): number =>
  (without === undefined ? estimate(own.map(pick)) : pairedDifference(own.map(pick), without.map(pick)))?.mean ?? 0

/** Which modes throw work away by cutting attempts, how much, and what was paid for it; empty where none does. */
export const lostWorkNote = (runs: RunsByMode, nameOf: (mode: Mode) => string): string => {
  const without = runs.get("none")
  const said = [...runs].flatMap(([mode, own]) => {
    const seconds = mode === "none" ? 0 : extra(own, without, secondsOf)
    if (seconds < leastSeconds) return []
    const amount = extra(own, without, amountOf)
    const worth = amount < 0.005 ? "" : ` (${Format.money(amount, own[0]!.cost.currency)})`
    return [[nameOf(mode), Format.duration(seconds * 1000), worth] as const]
  })
  const parts = said.map(([name, time, worth], at) =>
    at === 0 ? `${name} throws away ${time} of work${worth}` : `${name} ${time}${worth}`
  )
  return parts.length === 0 ? "" : `; ${parts.join(", ")}`
}

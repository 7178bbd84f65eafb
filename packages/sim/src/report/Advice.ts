import * as AdviceText from "./AdviceText.ts"
import { criteria, type Criterion, order, type Pick } from "./Criteria.ts"
import type { Runs, RunsByMode } from "../measure/Aggregate.ts"
import type { Advice } from "./RehearsalReport.ts"
import type { Mode } from "../spec/SpecSchema.ts"
import { pairedDifference } from "../measure/Statistics.ts"

/**
 * Below 0: the first is better, by more than chance or in every run: two runs alone have an interval so wide that it includes 0
 * whatever they show. 0: neither, or there is nothing to compare.
 */
const compare = (a: Runs, b: Runs, pick: Pick): number => {
  const difference = pairedDifference(a.map(pick), b.map(pick))
  if (difference === null) return 0
  const each = a.map((run, seed) => pairedDifference([pick(run)], [pick(b[seed]!)])?.mean ?? 0)
  if (difference.low > 0 || each.every((one) => one > 0)) return 1
  return difference.high < 0 || each.every((one) => one < 0) ? -1 : 0
}

interface Decision {
  readonly by: Criterion
  readonly sign: number
}

/** Which criterion tells the two apart, and which of the two it prefers; null when none does. */
const decide = (a: Runs, b: Runs): Decision | null => {
  for (const by of order) {
    const sign = compare(a, b, criteria[by])
    if (sign !== 0) return { by, sign }
  }
  return null
}

/** The mode to take: fewest errors, where that is a tie the shorter recovery, then the lower cost (docs/measures.md). */
export const advise = (runs: RunsByMode): Advice | null => {
  const modes = [...runs.keys()].filter((mode) => mode !== "none")
  const [first, ...others] = modes
  if (first === undefined) return null
  const mode = others.reduce<Mode>((winner, mode) => {
    const decision = decide(runs.get(mode)!, runs.get(winner)!)
    return decision !== null && decision.sign < 0 ? mode : winner
  }, first)
  const rivals = modes.filter((other) => other !== mode)
  const decidedBy = rivals.map((rival) => [rival, decide(runs.get(mode)!, runs.get(rival)!)?.by ?? null] as const)
  return {
    mode,
    because: AdviceText.sentence(mode, decidedBy, runs),
    decidedBy: decidedBy.map(([rival, by]) => ({ mode: rival, by })),
    notes: AdviceText.notes(mode, decidedBy, runs)
  }
}

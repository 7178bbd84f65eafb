import { mean, variance } from "@ebb/sim/measure/Sample"
import tQuantile from "@stdlib/stats-base-dists-t-quantile/lib/main.js"
import * as Friedman from "./Friedman.ts"

/** Which steps are as good as each other. */
export interface Ranking {
  /** Of each step: 1 is the best group. */
  readonly groups: ReadonlyArray<number>
  readonly matters: boolean
}

/** Steps are said to differ where chance alone would make them differ so in one plan of a thousand. */
const chance = 0.001
const confidence = 0.95

/** Whether so many seeds can tell so many steps apart at all, even if every seed agrees. */
const canTell = (seeds: number, steps: number): boolean => seeds > 1 && Friedman.pValueLeast(seeds, steps) < chance

/** The fewest seeds that can tell so many steps apart, two or more; nothing tells a single one apart. */
export const seedsNeeded = (steps: number): number => {
  let seeds = 2
  while (!canTell(seeds, Math.max(2, steps))) seeds++
  return seeds
}

/** Values by step, of each in order of the seeds: the less the better. */
export type BySeed = ReadonlyArray<ReadonlyArray<number>>

/** How many steps that come next to one in the ranking lend it their variance: nobody knows it from a few seeds. */
const neighbours = 7

/** What is left of each value without the seed's own mean: rollouts under one seed are compared with each other. */
const withoutSeeds = (steps: BySeed): BySeed => {
  const seeds = steps[0]!.map((_, seed) => mean(steps.map((values) => values[seed]!)))
  return steps.map((values) => values.map((value, seed) => value - seeds[seed]!))
}

/**
 * From the best mean on: a group is its best step and those that follow, up to the first whose difference from it has an
 * interval without 0. The intervals hold together in 95 % of the plans, so that none of many steps leaves by chance.
 */
const grouped = (steps: BySeed, means: ReadonlyArray<number>): ReadonlyArray<number> => {
  const seeds = steps[0]!.length
  const order = steps.map((_, index) => index).sort((a, b) => means[a]! - means[b]! || a - b)
  const own = withoutSeeds(steps).map(variance)
  const near = order.map((_, rank) => order.slice(Math.max(0, rank - neighbours), rank + neighbours + 1))
  const pooled = near.map((those) => mean(those.map((step) => own[step]!)))
  const quantileAt = 1 - (1 - confidence) / (2 * Math.max(1, steps.length - 1))
  const groups = steps.map(() => 0)
  let group = 1
  let best = 0
  for (const [rank, step] of order.entries()) {
    const half =
      tQuantile(quantileAt, (seeds - 1) * near[rank]!.length) * Math.sqrt((pooled[rank]! + pooled[best]!) / seeds)
    if (means[step]! - means[order[best]!]! > half) {
      group++
      best = rank
    }
    groups[step] = group
  }
  return groups
}

/** Ranks the steps; where they do not differ at all, all of them are the best. */
export const of = (steps: BySeed): Ranking => {
  const seeds = steps[0]?.length ?? 0
  const rows = Array.from({ length: seeds }, (_, seed) => steps.map((values) => values[seed]!))
  const groups = seeds > 1 && Friedman.pValue(rows) < chance ? grouped(steps, steps.map(mean)) : steps.map(() => 1)
  const matters = groups.some((group) => group > 1)
  return { groups, matters }
}

import type { Flaw } from "@ebb/sim/sweep/PointProof"
import type { Sweep } from "@ebb/sim/sweep/Sheet"
import * as Format from "@ebb/text/Format"

/** A flaw at a point under a mode, by their numbers. */
export interface Found {
  readonly flaw: Flaw
  readonly point: number
  readonly mode: number
}

const whys: Readonly<Record<Flaw, string>> = {
  unasked: "no request came after the warm-up, so this proves nothing",
  unmet: "no request was in flight at the rollout in any run, so this proves nothing",
  unfinished: "the rollout did not finish in every run, so this proves nothing",
  saturated: "the app cannot keep up, so this proves little",
  lacking:
    "some runs have no value, as capacity never comes back or no grace period is long enough; this is of the others"
}

/** So many points are named. */
const namedMax = 2

/** A point as it is typed. */
export const named = ({ points, varied }: Sweep, point: number): string =>
  varied.map(({ path }, at) => `${path}=${points[point]![at]}`).join(", ")

const pointsText = (sweep: Sweep, points: ReadonlyArray<number>): string => {
  const first = points.slice(0, namedMax).map((point) => named(sweep, point))
  const others = points.length - first.length
  return [...first, ...(others > 0 ? [Format.counted(others, "other point")] : [])].join(" and ")
}

/** Modes that have the same flaw at the same points are named together. */
const sentences = (sweep: Sweep, found: ReadonlyArray<Found>, flaw: Flaw): ReadonlyArray<string> => {
  const alike = new Map<string, Array<number>>()
  for (const mode of sweep.modes.keys()) {
    const points = found.filter((each) => each.flaw === flaw && each.mode === mode).map(({ point }) => point)
    if (points.length === 0) continue
    const where = points.length === sweep.points.length ? "everywhere" : `with ${pointsText(sweep, points)}`
    alike.set(where, [...(alike.get(where) ?? []), mode])
  }
  return [...alike].map(([where, own]) => `${own.map((mode) => sweep.modes[mode]).join(", ")} ${where}: ${whys[flaw]}.`)
}

/** What the numbers do not say: where they prove nothing, and why. */
export const lines = (sweep: Sweep, found: ReadonlyArray<Found>, hasBrackets: boolean): ReadonlyArray<string> => [
  ...(["unasked", "unmet", "unfinished", "saturated", "lacking"] as const).flatMap((flaw) =>
    sentences(sweep, found, flaw)
  ),
  ...(hasBrackets ? ["Times in brackets mean nothing: they depend on how long the run is."] : [])
]

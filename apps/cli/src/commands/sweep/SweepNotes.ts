import type { Flaw } from "@ebb/sim/sweep/PointProof"
import type { Sweep } from "@ebb/sim/sweep/Sheet"
import * as Format from "@ebb/text/Format"

/** A flaw at a point under a mode, by their numbers. */
export interface Found {
  readonly flaw: Flaw
  readonly point: number
  readonly mode: number
}

/** What there is to note of a table. */
export interface Noted {
  readonly sweep: Sweep
  /** Of the measure that is shown. */
  readonly path: string
  readonly found: ReadonlyArray<Found>
  readonly hasBrackets: boolean
  /** Whether requests of the warm-up stand beside what is shown. */
  readonly hasBesides: boolean
  readonly hasBlanks: boolean
  /** Those of the amounts that are shown; none where no amounts are. */
  readonly currencies: ReadonlyArray<string>
}

const outcomes: Readonly<Record<string, string>> = { latencyMs: "was answered", queueWaitMs: "had an outcome" }

/** Why no run has a value of a measure. */
const valueless = (path: string): string => {
  const [first = "", window = ""] = path.split(".")
  const outcome = outcomes[first]
  if (outcome !== undefined) {
    return `no request submitted in the window '${window}' ${outcome} in any run, so there is nothing to measure`
  }
  if (path === "capacity.recoveryMs") return "in no run were as many slots ready again as before"
  if (path === "graceNeededMs") return "in no run is any grace period long enough"
  if (path.endsWith(".amount")) return "a machine type has no price; name it in prices"
  return "no run has a value"
}

const lacking = (path: string): string =>
  path === "graceNeededMs"
    ? "in some runs no grace period is long enough; this is of the others"
    : "in some runs there were never again as many slots ready as before; this is of the others"

const whys: Readonly<Record<Flaw, (path: string) => string>> = {
  unasked: () => "no request came after the warm-up, so this proves nothing",
  unmet: () => "no request was in flight at the rollout in any run, so this proves nothing",
  unfinished: () => "the rollout did not finish in every run, so this proves nothing",
  saturated: () => "the app cannot keep up, so this proves little",
  still: () => "nothing rolls out, so there is nothing to measure",
  valueless,
  lacking
}

const flaws = ["unasked", "unmet", "unfinished", "saturated", "still", "valueless", "lacking"] as const

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
const sentences = ({ found, path, sweep }: Noted, flaw: Flaw): ReadonlyArray<string> => {
  const alike = new Map<string, Array<number>>()
  for (const mode of sweep.modes.keys()) {
    const points = found.filter((each) => each.flaw === flaw && each.mode === mode).map(({ point }) => point)
    if (points.length === 0) continue
    const where = points.length === sweep.points.length ? "everywhere" : `with ${pointsText(sweep, points)}`
    alike.set(where, [...(alike.get(where) ?? []), mode])
  }
  return [...alike].map(
    ([where, own]) => `${own.map((mode) => sweep.modes[mode]).join(", ")} ${where}: ${whys[flaw](path)}.`
  )
}

/** What the numbers do not say: where they prove nothing, and why. */
export const lines = (noted: Noted): ReadonlyArray<string> => {
  const { currencies, hasBesides, hasBlanks, hasBrackets } = noted
  return [
    ...flaws.flatMap((flaw) => sentences(noted, flaw)),
    ...(hasBrackets ? ["Times in brackets mean nothing: they depend on how long the run is."] : []),
    ...(hasBesides
      ? ["After a +: requests of the warm-up that failed once it was over (requests.erroredOfWarmup)."]
      : []),
    ...(hasBlanks ? ["A blank cell was not tried: --sample leaves it out."] : []),
    ...(currencies.length > 1
      ? [
          `The prices are in ${currencies.join(" and ")}: amounts in different currencies are neither compared nor averaged.`
        ]
      : [])
  ]
}

import { measures, type Unit } from "../measure/Measures.ts"

const isMs = (name: string): boolean => name.endsWith("Ms")

/** What a report has beside the measures, by how its path begins. */
const beside: ReadonlyArray<readonly [lead: string, of: (name: string) => Unit]> = [
  ["errorsByType.", () => "count"],
  ["runnerSeconds.byState.", () => "s"],
  ["cost.ratePerHour", () => "money"],
  ["rollouts.", (name) => (isMs(name) ? "ms" : "count")],
  ["stability.", (name) => (isMs(name) ? "ms" : "count")],
  ["timeline.", (name) => (isMs(name) ? "ms" : "count")]
]

/** The parts of an estimate that are in the unit of what is estimated. */
const parts = ["mean", "low", "high", "p95", "max"]

/** How many seeds an estimate is of. */
const seeds = "n"

const ofMeasure = (path: string): Unit | null => measures.find((measure) => measure.path === path)?.unit ?? null

const besideAt = (path: string): Unit | null => {
  const name = path.split(".").at(-1)!
  return beside.find(([lead]) => path.startsWith(lead))?.[1](name) ?? null
}

/** The part of an estimate at the end of a path below a mode; null where it leads to a whole measure. */
export const partAt = (path: ReadonlyArray<string>): string | null => {
  const last = path.at(-1) ?? ""
  return ofMeasure(path.join(".")) === null && [...parts, seeds].includes(last) ? last : null
}

/** What stands at a path below a mode is counted in; null where no report has a number. */
export const quantityAt = (path: ReadonlyArray<string>): Unit | null => {
  const own = ofMeasure(path.join("."))
  if (own !== null) return own
  const part = partAt(path)
  const whole = path.slice(0, -1).join(".")
  const found = part === null ? besideAt(path.join(".")) : (ofMeasure(whole) ?? besideAt(whole))
  return found !== null && part === seeds ? "count" : found
}

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

/** What stands at a path below a mode is counted in; null where no report has a number. */
export const quantityAt = (path: ReadonlyArray<string>): Unit | null => {
  const own = ofMeasure(path.join("."))
  if (own !== null) return own
  const [whole, last = ""] = [path.slice(0, -1).join("."), path.at(-1)]
  const isPart = parts.includes(last) || last === seeds
  const found = isPart ? (ofMeasure(whole) ?? besideAt(whole)) : besideAt(path.join("."))
  return found !== null && last === seeds ? "count" : found
}

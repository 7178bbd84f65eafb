import type { AppState, Runner } from "@ebb/core/tables/Records"
import { isServing } from "@ebb/core/tables/RunnerState"
import type { PlannedFault } from "../spec/Spec.ts"

/** The serving runners that a planned fault strikes; a number names the n-th oldest (docs/spec.md). */
export const faultTargets = (app: AppState, which: PlannedFault["runner"]): ReadonlyArray<Runner> => {
  const serving: Array<Runner> = []
  for (let runner = app.firstRunner; runner !== null; runner = runner.next) {
    if (isServing(runner.state)) serving.push(runner)
  }
  if (which === "all") return serving
  if (which === "oldest") return serving.slice(0, 1)
  if (which === "newest") return serving.slice(-1)
  return serving.slice(which - 1, which)
}

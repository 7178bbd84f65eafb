import type { AppState, Runner } from "../tables/Records.ts"
import * as Demand from "./Demand.ts"
import type { FleetState } from "./FleetState.ts"
import * as Slots from "./Slots.ts"
import type { Standing, Strategy } from "./strategy/Strategy.ts"

/** The runner serves on until it is told to stop for its rollout: WILL_REPLACE (platform rules 8.4, 11). */
export const mark = (runner: Runner): void => {
  if (runner.marked) return
  const { app } = runner
  Slots.delist(runner)
  app.serving--
  app.recount()
  app.marked++
  runner.marked = true
  Slots.enlist(runner)
  Slots.noteMarked(runner)
}

/** The same for many: in the order in which they stand in the list of free ones, each is put at its end. */
export const markAll = (runners: ReadonlyArray<Runner>): void => {
  for (const runner of Slots.inOrder(runners)) mark(runner)
}

/** The marked runner to stop first: the longest idle, then the one with the fewest in flight (platform rule 8.4). */
export const firstMarked = (fleet: FleetState, app: AppState): Runner | null =>
  app.freeMarked.bestIdle(0) ?? app.busyMarked.first(fleet.runners)

/** By which an app is rolling now; runners marked one by one are replaced first (platform rule 11). Null: nothing is under way. */
export const strategyOf = (fleet: FleetState, app: AppState): Strategy | null => {
  if (app.rolling !== null) return fleet.strategies[app.rolling]
  return app.marked > 0 ? fleet.strategies.replace_first : null
}

/** How the app stands now. */
export const standing = (fleet: FleetState, app: AppState): Standing => ({
  wanted: Demand.desired(fleet, app),
  most: app.scaling.maxConcurrency,
  old: app.marked,
  fresh: app.counted,
  coming: app.coming,
  available: app.serving - app.settling,
  ending: app.ending,
  joined: app.joined
})

import type { AppState } from "../tables/Records.ts"
import { Restart } from "../tables/Restart.ts"
import { TimerKind } from "./FleetPort.ts"
import type { FleetState } from "./FleetState.ts"

/** So many runners or requests are dealt with in one input. */
export const most = ({ options }: FleetState): number => options.runnersAtOnce ?? Infinity

/** What is left for an app's next portion, which is asked for if it is not on its way. */
export const asked = (fleet: FleetState, app: AppState): Restart => {
  const restarts = fleet.restarts!
  const known = restarts.get(app.slot)
  if (known !== undefined) return known
  const restart = new Restart()
  restarts.set(app.slot, restart)
  wake(fleet, app)
  return restart
}

export const wake = (fleet: FleetState, { slot }: AppState): void =>
  fleet.port.wake(TimerKind.portion, slot, 0, fleet.nowMs)

/** What is left, if a portion is on its way. */
export const of = ({ restarts }: FleetState, { slot }: AppState): Restart | undefined =>
  restarts === undefined || restarts.size === 0 ? undefined : restarts.get(slot)

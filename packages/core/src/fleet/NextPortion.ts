import type { AppState } from "../tables/Records.ts"
import { UnfinishedStep } from "../tables/UnfinishedStep.ts"
import { TimerKind } from "./FleetPort.ts"
import type { FleetState } from "./FleetState.ts"

/** So many runners or requests are dealt with in one input. */
export const most = ({ options }: FleetState): number => options.runnersAtOnce ?? Infinity

/** What is left for an app's next portion, which is asked for if it is not on its way. */
export const asked = (fleet: FleetState, app: AppState): UnfinishedStep => {
  const steps = fleet.restarts!
  const known = steps.get(app.slot)
  if (known !== undefined) return known
  const step = new UnfinishedStep()
  steps.set(app.slot, step)
  wake(fleet, app)
  return step
}

export const wake = (fleet: FleetState, { slot }: AppState): void =>
  fleet.port.wake(TimerKind.portion, slot, 0, fleet.nowMs)

/** What is left, if a portion is on its way. */
export const of = ({ restarts: steps }: FleetState, { slot }: AppState): UnfinishedStep | undefined =>
  steps === undefined || steps.size === 0 ? undefined : steps.get(slot)

import { Fleet } from "../fleet/Fleet.ts"
import type { FleetPort } from "../fleet/FleetPort.ts"
import type { FleetState } from "../fleet/FleetState.ts"
import { copy } from "./Copy.ts"
import { fleetMakers } from "./FleetClasses.ts"
import { shared } from "./Shared.ts"

type Writable<A> = { -readonly [Key in keyof A]: A[Key] }

/**
 * A Fleet of its own that stands as that one does now, on a port of its own. What the world of the original has put on its
 * requests stays there: on those of the copy there is nothing. The original is left as it is.
 */
export const fleetCopy = (original: FleetState, port: FleetPort): Fleet => {
  const { options, port: ownPort, requests, scalers, strategies } = original
  const common = new Map<object, string>([...shared({ scalers, strategies, options }), [ownPort, "port"]])
  for (const { cargo } of requests.all) {
    if (typeof cargo === "object" && cargo !== null) common.set(cargo, "cargo")
  }
  // Of a rollout that its app has dropped nothing changes any more, and there may be a thousand.
  const live = new Set(original.apps.flatMap((app) => app.rollouts))
  for (const rollout of original.rollouts) {
    if (!live.has(rollout)) common.set(rollout, "rollout")
  }
  const fleet = new Fleet(port, options)
  const state: Writable<FleetState> = copy(original, common, { into: fleet.state, makers: fleetMakers })
  state.port = port
  for (const request of state.requests.all) request.cargo = null
  return fleet
}

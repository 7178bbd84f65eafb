import type { Fleet } from "../fleet/Fleet.ts"
import type { FleetState } from "../fleet/FleetState.ts"
import type { FleetPort } from "../fleet/FleetPort.ts"
import { scalers } from "../fleet/scaler/Scalers.ts"
import { strategies } from "../fleet/strategy/Strategies.ts"
import { fleetClasses } from "../snapshot/FleetClasses.ts"
import { wholeCopyOfNow } from "../snapshot/FleetCopy.ts"
import { type Shared, shared } from "../snapshot/Shared.ts"
import * as Snapshot from "../snapshot/Snapshot.ts"

/** The port is what a Fleet talks to, and no part of it. */
const around = (port: FleetPort): Shared => new Map([...shared({ scalers, strategies }), [port, "port"] as const])

/** What a scaler wanted last is remembered for whoever asks next, and a list of runners asks too: it is no part of a Fleet. */
const forgetTargets = ({ apps }: FleetState): void => {
  for (const app of apps) app.forgetTarget()
}

/** A Fleet as text, with which a journal may begin: a replay goes on from there. */
export const write = (fleet: Fleet): string => {
  const { port, requests } = fleet.state
  forgetTargets(fleet.state)
  // What a world has put on its requests is its own: in a replay they carry nothing.
  const cargo = requests.all.map((request) => request.cargo)
  for (const request of requests.all) request.cargo = null
  try {
    return Snapshot.write(fleet, fleetClasses, around(port))
  } finally {
    for (const [at, request] of requests.all.entries()) request.cargo = cargo[at]
  }
}

/**
 * The text of a Fleet as it stands now, whatever happens to it meanwhile: a piece at a time or none yet, and at the end what
 * stands before all of them.
 */
export const piecesOfNow = ({ state }: Fleet): Generator<string | undefined, string> => {
  const { port } = state
  forgetTargets(state)
  const copying = wholeCopyOfNow(state, port)
  return (function* () {
    return yield* Snapshot.pieces(yield* copying, fleetClasses, around(port))
  })()
}

/** The Fleet of such a text, on a port. */
export const read = (text: string, port: FleetPort): Fleet => Snapshot.read(text, fleetClasses, around(port)) as Fleet

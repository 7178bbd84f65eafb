import type { FleetState } from "@ebb/core/fleet/FleetState"
import type { LiveApp, LiveRevision } from "./LiveApp.ts"

/** The revision that new requests of an app go to. */
export const currentRevision = (state: FleetState, app: LiveApp): LiveRevision =>
  app.numbered(state.apps[app.slot]!.revision.number)

/** How long a simulated runner of the app's current revision will take for the next request, in Fleet milliseconds. */
export const drawServiceMs = (state: FleetState, app: LiveApp): number =>
  currentRevision(state, app).profile.serviceMs(state.requestsMade + 1)

import { fleetClasses } from "@ebb/core/snapshot/FleetClasses"
import { type Shared, shared } from "@ebb/core/snapshot/Shared"
import * as Snapshot from "@ebb/core/snapshot/Snapshot"
import { scalers } from "@ebb/core/fleet/scaler/Scalers"
import { strategies } from "@ebb/core/fleet/strategy/Strategies"
import { EventQueue } from "./EventQueue.ts"
import type { Profile } from "./Profile.ts"
import { RunnerFates, SimulatedRunners } from "./SimulatedRunners.ts"
import { Timeline } from "./Timeline.ts"
import { serviceMs, VirtualWorld } from "./VirtualWorld.ts"

const worldClasses = { ...fleetClasses, VirtualWorld, Timeline, EventQueue, SimulatedRunners, RunnerFates }

/** What worlds of one profile have in common: it stays where it is. */
export const commonTo = (profile: Profile): Shared => shared({ profile, scalers, strategies, serviceMs })

/** A world of that profile with its Fleet, or a record that holds one, as text; `more`: classes of what else hangs on it. */
export const write = (state: object, profile: Profile, more: Snapshot.Classes = {}): string =>
  Snapshot.write(state, { ...worldClasses, ...more }, commonTo(profile))

/** What was written so. */
export const read = (text: string, profile: Profile, more: Snapshot.Classes = {}): object =>
  Snapshot.read(text, { ...worldClasses, ...more }, commonTo(profile))

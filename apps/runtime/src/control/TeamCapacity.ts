import { Effect } from "effect"
import { Apps, type KnownApps } from "../kernel/Apps.ts"
import { Kernel, type LiveFleet } from "../kernel/Kernel.ts"
import type { LiveApp } from "../kernel/LiveApp.ts"

/**
 * How many machines a team has of each type (platform rule 12): what its newest revision says that names the type, whichever
 * app it is of. A deploy counts from its beginning, as its first runner may need what it says; one that failed does not.
 */
const limitsOf = (apps: ReadonlyArray<LiveApp>): ReadonlyMap<string, number> => {
  const revisions = apps.flatMap((app) => app.revisions).filter(({ state }) => state !== "failed")
  revisions.sort((a, b) => a.createdAtMs - b.createdAtMs)
  return new Map(revisions.flatMap(({ spec }) => Object.entries(spec.capacity ?? {})))
}

/** Tells the Fleet what has changed of it. */
export const update = ({ state, world }: LiveFleet, apps: KnownApps, team: string): void => {
  const present = state.pools.get(team)?.limits ?? new Map<string, number>()
  const wanted = limitsOf(apps.of(team))
  const types = [...new Set([...present.keys(), ...wanted.keys()])]
  const changed = types.filter((type) => present.get(type) !== wanted.get(type))
  if (changed.length === 0) return
  world.tell((fleet, nowMs) => {
    for (const type of changed) fleet.setCapacity(nowMs, team, type, wanted.get(type) ?? null)
  })
}

/** The same of a team whose apps or revisions are others now. */
export const updated = Effect.fnUntraced(function* (team: string) {
  update(yield* Kernel, yield* Apps, team)
})

import { capacityUnits } from "../domain/Machine.ts"
import type { CapacityPool } from "../tables/CapacityPool.ts"
import type { Runner } from "../tables/Records.ts"
import type { FleetState } from "./FleetState.ts"
import * as NextPortion from "./NextPortion.ts"

/** A PENDING runner joins its team's line for a machine, by creation (platform rule 12). */
export const wait = (runner: Runner): void => {
  const { pool } = runner.app
  pool.wait(runner)
  pool.changed = true
}

/** A runner ends before it was given a machine. */
export const leaveLine = (runner: Runner): void => runner.line?.remove(runner)

/** The runner's machine is free again. */
export const release = (runner: Runner): void => {
  runner.app.pool.add(machineTypeOf(runner), -unitsOf(runner))
  runner.app.pool.changed = true
}

/** The machine type that a runner runs on, or would be tried on first. */
export const machineTypeOf = (runner: Runner): string => runner.machineTypes[runner.machineType]!

/** What a runner takes of its team's capacity. */
export const unitsOf = (runner: Runner): number => capacityUnits(machineTypeOf(runner), runner.revision.settings.gpus)

/** From the front of the line: who fits is granted, who does not blocks nobody (platform rule 12). */
export const grant = (fleet: FleetState, pool: CapacityPool<Runner>): void => {
  if (!pool.changed || isGranting(fleet, pool)) return
  pool.changed = false
  let left = NextPortion.most(fleet)
  for (let runner = pool.firstThatFits(capacityUnits); runner !== null; runner = pool.firstThatFits(capacityUnits)) {
    if (left-- === 0) return grantLater(fleet, pool, runner)
    take(fleet, pool, runner)
  }
}

/** The next portion of an app of that team grants on. */
const isGranting = ({ apps, restarts: steps }: FleetState, pool: CapacityPool<Runner>): boolean => {
  if (steps === undefined) return false
  for (const [slot, { grants }] of steps) if (grants && apps[slot]!.pool === pool) return true
  return false
}

const grantLater = (fleet: FleetState, pool: CapacityPool<Runner>, { app }: Runner): void => {
  pool.changed = true
  NextPortion.asked(fleet, app).grants = true
}

/** It has the first of its types that fits. */
const take = (fleet: FleetState, pool: CapacityPool<Runner>, runner: Runner): void => {
  const { gpus } = runner.revision.settings
  const index = runner.machineTypes.findIndex((type) => pool.fits(type, capacityUnits(type, gpus)))
  const type = runner.machineTypes[index]!
  pool.add(type, capacityUnits(type, gpus))
  runner.line?.remove(runner)
  runner.machineType = index
  runner.granted = true
  fleet.port.start(runner)
}

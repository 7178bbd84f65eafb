import { capacityUnits } from "../domain/Machine.ts"
import type { CapacityPool } from "../tables/CapacityPool.ts"
import type { Runner } from "../tables/Runner.ts"
import type { FleetState } from "./FleetState.ts"

/** A PENDING runner joins its team's line for a machine, by creation (platform rule 12). */
export const wait = (runner: Runner): void => {
  const pool = runner.app.pool
  let at = pool.line.length
  while (at > 0 && pool.line[at - 1]!.number > runner.number) at--
  pool.line.splice(at, 0, runner)
  pool.changed = true
}

/** A runner ends before it was given a machine. */
export const leaveLine = (runner: Runner): void => {
  const at = runner.app.pool.line.indexOf(runner)
  if (at >= 0) runner.app.pool.line.splice(at, 1)
}

/** The runner's machine is free again. */
export const release = (runner: Runner): void => {
  runner.app.pool.add(machineTypeOf(runner), -unitsOf(runner))
  runner.app.pool.changed = true
}

/** The machine type that a runner runs on, or would be tried on first. */
export const machineTypeOf = (runner: Runner): string => runner.machineTypes[runner.machineType]!

/** What a runner takes of its team's capacity. */
export const unitsOf = (runner: Runner): number => capacityUnits(machineTypeOf(runner), runner.revision.settings.gpus)

/** Walks the line from its front: who fits is granted, who does not blocks nobody (platform rule 12). */
export const grant = (fleet: FleetState, pool: CapacityPool): void => {
  if (!pool.changed) return
  pool.changed = false
  if (pool.line.length > 0) pool.line = pool.line.filter((runner) => !granted(fleet, pool, runner))
}

const granted = (fleet: FleetState, pool: CapacityPool, runner: Runner): boolean => {
  const { gpus } = runner.revision.settings
  const index = runner.machineTypes.findIndex((type) => pool.fits(type, capacityUnits(type, gpus)))
  if (index < 0) return false
  const type = runner.machineTypes[index]!
  pool.add(type, capacityUnits(type, gpus))
  runner.machineType = index
  runner.granted = true
  fleet.port.start(runner)
  return true
}

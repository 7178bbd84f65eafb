import { EndCause } from "../tables/EndCause.ts"
import type { Runner } from "../tables/Records.ts"
import { isServing } from "../tables/RunnerState.ts"
import { type Check, TimerKind } from "./FleetPort.ts"
import type { FleetState } from "./FleetState.ts"
import * as Shutdown from "./Shutdown.ts"

/** How often a serving runner is checked (platform rule 7). */
const everyMs = 15_000

/** How long a connection to a runner may take: in a TCP check, and when a request is sent (platform rules 6, 7). */
export const connectLimitMs = 5000

/** A runner has begun to serve: its regular checks begin, if its app has them (platform rule 7). */
export const begin = (fleet: FleetState, runner: Runner): void => {
  if (runner.revision.settings.healthCheck?.callRegularly === true) checkLater(fleet, runner)
}

const checkLater = (fleet: FleetState, { epoch, slot }: Runner): void =>
  fleet.port.wake(TimerKind.health, slot, epoch, fleet.nowMs + everyMs)

/** It is time for the regular check of a runner that serves. */
export const due = (fleet: FleetState, runner: Runner): void => {
  checkLater(fleet, runner)
  ask(fleet, runner, "regular")
}

/** Asks for a check of a runner that serves; an app without a health check has only TCP checks (platform rule 7). */
export const ask = (fleet: FleetState, runner: Runner, check: Check): void => {
  if (!isServing(runner.state)) return
  const { healthCheck } = runner.revision.settings
  if (check === "tcp") fleet.port.check(runner, check, connectLimitMs)
  else if (healthCheck !== null) fleet.port.check(runner, check, healthCheck.timeoutSeconds * 1000)
}

/** A check has its result (platform rule 7). */
export const checked = (fleet: FleetState, runner: Runner, check: Check, ok: boolean): void => {
  if (!isServing(runner.state)) return
  if (check === "tcp") {
    if (!ok) Shutdown.kill(fleet, runner, EndCause.unhealthy)
  } else if (ok) runner.healthFailures = 0
  else if (check === "on_demand") Shutdown.stop(fleet, runner, EndCause.unhealthy)
  else failedRegularly(fleet, runner)
}

const failedRegularly = (fleet: FleetState, runner: Runner): void => {
  const { healthCheck } = runner.revision.settings
  if (healthCheck === null) return
  const startPeriodEndMs = runner.setupAtMs + healthCheck.startPeriodSeconds * 1000
  if (fleet.nowMs < Math.max(startPeriodEndMs, runner.startupDeadlineMs)) return
  runner.healthFailures++
  if (runner.healthFailures >= healthCheck.failureThreshold) Shutdown.stop(fleet, runner, EndCause.unhealthy)
}

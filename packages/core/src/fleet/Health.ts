import { EndCause, type Runner } from "../tables/Runner.ts"
import { isServing } from "../tables/RunnerState.ts"
import { CheckKind } from "./FleetPort.ts"
import type { FleetState } from "./FleetState.ts"
import * as Lifecycle from "./Lifecycle.ts"

/** How often a serving runner is checked, in milliseconds (platform rule 7). */
export const checkEveryMs = 15_000

/** How a check came about: at its regular time, on demand of an answer, or a TCP check. */
export type CheckOrigin = "regular" | "on_demand" | "tcp"

/** Asks for a check of a runner that serves; an app without a health check has none on demand (platform rule 7). */
export const ask = (fleet: FleetState, runner: Runner, kind: CheckKind): void => {
  if (!isServing(runner.state)) return
  if (kind === CheckKind.tcp || runner.revision.settings.healthCheck !== null) fleet.port.check(runner, kind)
}

/** A check has its result (platform rule 7). */
export const checked = (fleet: FleetState, runner: Runner, origin: CheckOrigin, ok: boolean): void => {
  if (!isServing(runner.state)) return
  if (origin === "tcp") {
    if (!ok) Lifecycle.kill(fleet, runner, EndCause.unhealthy)
  } else if (ok) runner.healthFailures = 0
  else if (origin === "on_demand") Lifecycle.stop(fleet, runner, EndCause.unhealthy)
  else failedRegularly(fleet, runner)
}

const failedRegularly = (fleet: FleetState, runner: Runner): void => {
  const { healthCheck } = runner.revision.settings
  if (healthCheck === null) return
  const startPeriodEndMs = runner.setupAtMs + healthCheck.startPeriodSeconds * 1000
  if (fleet.nowMs < Math.max(startPeriodEndMs, runner.startupDeadlineMs)) return
  runner.healthFailures++
  if (runner.healthFailures >= healthCheck.failureThreshold) Lifecycle.stop(fleet, runner, EndCause.unhealthy)
}

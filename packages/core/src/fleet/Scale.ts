import { Result } from "effect"
import type { Revision, Scaling } from "../domain/App.ts"
import { InvalidScaling } from "../domain/errors.ts"
import type { AppState } from "../tables/AppState.ts"
import * as Autoscaler from "./Autoscaler.ts"
import * as Dispatch from "./Dispatch.ts"
import type { FleetState } from "./FleetState.ts"
import * as Ledger from "./Ledger.ts"

/** The values to change; what is absent stays. The last three last until the next deploy (platform rule 9). */
export type ScalePatch = Partial<Scaling & Pick<Revision, "machineTypes" | "maxMultiplexing" | "startupTimeoutSeconds">>

/** Field, its least and its greatest value (platform rule 11). */
const ranges = [
  ["minConcurrency", "min_concurrency", 0, Infinity],
  ["maxConcurrency", "max_concurrency", 1, Infinity],
  ["concurrencyBuffer", "concurrency_buffer", 0, Infinity],
  ["concurrencyBufferPerc", "concurrency_buffer_perc", 0, 1000],
  ["scalingDelaySeconds", "scaling_delay", 0, Infinity],
  ["keepAliveSeconds", "keep_alive", 0, Infinity],
  ["requestTimeoutSeconds", "request_timeout", 1, Infinity],
  ["maxMultiplexing", "max_multiplexing", 1, Infinity],
  ["startupTimeoutSeconds", "startup_timeout", 1, Infinity]
] as const

/** The patch, if the values are in range alone and together with those in force. */
export const check = (scaling: Scaling, patch: ScalePatch): Result.Result<ScalePatch, InvalidScaling> => {
  for (const [key, field, least, most] of ranges) {
    const value = patch[key]
    if (value === undefined) continue
    if (!(value >= least)) return invalid(field, `must be at least ${least}, got ${value}`)
    if (value > most) return invalid(field, `must be at most ${most}, got ${value}`)
    if (!Number.isInteger(value)) return invalid(field, `must be a whole number, got ${value}`)
  }
  if (patch.machineTypes?.length === 0) return invalid("machine_types", "must name at least one type")
  const { maxConcurrency, minConcurrency } = { ...scaling, ...patch }
  if (maxConcurrency >= minConcurrency) return Result.succeed(patch)
  return invalid(`max_concurrency (${maxConcurrency})`, `must not be below min_concurrency (${minConcurrency})`)
}

const invalid = (field: string, problem: string) => Result.fail(new InvalidScaling({ field, problem }))

/** Puts a checked patch in force at once (platform rule 11). */
export const apply = (fleet: FleetState, app: AppState, patch: ScalePatch): void => {
  const { machineTypes, maxMultiplexing, startupTimeoutSeconds, ...scaling } = patch
  app.scaling = { ...app.scaling, ...scaling }
  app.settings = {
    ...app.settings,
    machineTypes: machineTypes ?? app.settings.machineTypes,
    maxMultiplexing: maxMultiplexing ?? app.settings.maxMultiplexing,
    startupTimeoutSeconds: startupTimeoutSeconds ?? app.settings.startupTimeoutSeconds
  }
  app.applySettings()
  Autoscaler.recountDue(fleet, app)
  if (maxMultiplexing !== undefined) slotsPerRunnerChanged(fleet, app)
}

const slotsPerRunnerChanged = (fleet: FleetState, app: AppState): void => {
  for (let runner = app.firstRunner; runner !== null; runner = runner.next) {
    Dispatch.delist(runner)
    Dispatch.enlist(runner)
  }
  Ledger.slotsChanged(fleet, app)
}

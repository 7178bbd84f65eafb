import { Result } from "effect"
import type { Revision, Scaling } from "../domain/App.ts"
import { InvalidScaling } from "../domain/errors.ts"
import { problemOf, settings, settingsWith, type SettingsWith } from "../domain/Settings.ts"
import type { AppState } from "../tables/Records.ts"
import * as Autoscaler from "./Autoscaler.ts"
import type { FleetState } from "./FleetState.ts"
import * as Ledger from "./Ledger.ts"
import * as Slots from "./Slots.ts"

/** The values to change; what is absent stays. Those of the revision last until the next deploy (platform rule 9). */
export type ScalePatch = Partial<
  Readonly<Record<SettingsWith<{ isScaled: true }>, number>> & Pick<Revision, "machineTypes">
>

const scaled = settingsWith({ isScaled: true })
const ofApp = settingsWith({ isScaled: true, of: "app" })
const ofRevision = settingsWith({ isScaled: true, of: "revision" })

/** The patch, if the values are in range alone and together with those in force. */
export const check = (scaling: Scaling, patch: ScalePatch): Result.Result<ScalePatch, InvalidScaling> => {
  for (const key of scaled) {
    const value = patch[key]
    const problem = value === undefined ? null : problemOf(settings[key], value)
    if (problem !== null) return invalid(settings[key].wire, problem)
  }
  if (patch.machineTypes?.length === 0) return invalid("machine_types", "must name at least one type")
  const { maxConcurrency, minConcurrency } = { ...scaling, ...patch }
  if (maxConcurrency >= minConcurrency) return Result.succeed(patch)
  return invalid(`max_concurrency (${maxConcurrency})`, `must not be below min_concurrency (${minConcurrency})`)
}

const invalid = (field: string, problem: string) => Result.fail(new InvalidScaling({ field, problem }))

type InForce = Pick<AppState, "scaling" | "settings">

/** What a checked patch makes of what is in force. */
export const patched = ({ scaling, settings: before }: Readonly<InForce>, patch: ScalePatch): InForce => {
  const { machineTypes = before.machineTypes, ...numbers } = patch
  const given = (keys: ReadonlyArray<keyof typeof numbers>) =>
    Object.fromEntries(keys.filter((key) => numbers[key] !== undefined).map((key) => [key, numbers[key]]))
  return { scaling: { ...scaling, ...given(ofApp) }, settings: { ...before, machineTypes, ...given(ofRevision) } }
}

/** Puts a checked patch in force at once (platform rule 11). */
export const apply = (fleet: FleetState, app: AppState, patch: ScalePatch): void => {
  Object.assign(app, patched(app, patch))
  app.applySettings()
  Autoscaler.recountDue(fleet, app)
  if (patch.maxMultiplexing !== undefined) slotsPerRunnerChanged(fleet, app)
}

const slotsPerRunnerChanged = (fleet: FleetState, app: AppState): void => {
  const runners = app.allRunners()
  for (const runner of runners) Slots.delist(runner)
  Slots.enlistAll(runners)
  Ledger.slotsChanged(fleet, app)
}

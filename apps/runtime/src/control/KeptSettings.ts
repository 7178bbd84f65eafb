import { type Setting, type SettingKey, settings, within as nearest } from "@ebb/core/domain/Settings"
import type { SpecText } from "@ebb/sim/spec/SpecSchema"
import { toMs } from "@ebb/text/Duration"

const keys = Object.keys(settings) as ReadonlyArray<SettingKey>

/** Settings that were kept by a version without limits, each brought within its range; what was changed is said. */
export const within = <Kept extends object>(app: string, kept: Kept): Kept => {
  const values: Record<string, unknown> = Object.fromEntries(Object.entries(kept))
  for (const key of keys) {
    const value = values[key]
    if (typeof value !== "number") continue
    const allowed = nearest(settings[key], value)
    if (allowed === value) continue
    values[key] = allowed
    const range = `${settings[key].least} to ${settings[key].most}`
    console.error(`App '${app}' had ${settings[key].wire} ${value}; it may be ${range}, so ${allowed} holds`)
  }
  return { ...kept, ...values }
}

const durationWithin = (setting: Setting, text: string): string => {
  const seconds = Math.round(toMs(text) / 1000)
  const allowed = nearest(setting, seconds)
  return allowed === seconds ? text : `${allowed}s`
}

const valueWithin = (setting: Setting, value: unknown): unknown => {
  if (typeof value === "number") return nearest(setting, value)
  return typeof value === "string" ? durationWithin(setting, value) : value
}

/** The spec of a revision that was kept by such a version. Its name is not looked at: the app has one of its own. */
export const specWithin = (text: SpecText): SpecText => {
  const { env: _, name: __, ...app } = text.app ?? {}
  const parts: Record<Setting["part"], Record<string, unknown>> = { app, scaling: { ...text.scaling } }
  for (const key of keys) {
    const setting = settings[key]
    const part = parts[setting.part]
    if (part[setting.wire] !== undefined) part[setting.wire] = valueWithin(setting, part[setting.wire])
  }
  return { ...text, ...parts }
}

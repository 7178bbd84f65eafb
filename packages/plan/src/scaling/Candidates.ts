import { type SettingKey, settings as table } from "@ebb/core/domain/Settings"
import type { RehearsalSpec } from "@ebb/sim/spec/Spec"
import { fromMs } from "@ebb/text/Duration"
import { type Bound, pathOf } from "./Bounds.ts"

/** What a candidate sets, by the names of the Fleet: counts, or seconds. */
export type Setting = { readonly [K in SettingKey]?: number }

/** As a spec says it, by path: `{ "scaling.min_concurrency": 3, "scaling.keep_alive": "5m" }`. */
export type SettingText = Readonly<Record<string, number | string>>

/** The value of a setting that is in force in a spec. */
const today = ({ app }: RehearsalSpec, key: SettingKey): number => ({ ...app.revision, ...app.scaling })[key]

/** What a spec has today of the settings that may change. */
export const todayOf = (spec: RehearsalSpec, bounds: ReadonlyArray<Bound>): Setting =>
  Object.fromEntries(bounds.map(({ key }) => [key, today(spec, key)]))

export const isSame = (a: Setting, b: Setting): boolean =>
  Object.entries(a).every(([key, value]) => b[key as SettingKey] === value)

/** The spec with these settings. */
export const apply = (spec: RehearsalSpec, setting: Setting): RehearsalSpec => {
  const ofPart = (of: "app" | "revision") =>
    Object.fromEntries(Object.entries(setting).filter(([key]) => table[key as SettingKey].of === of))
  const { app } = spec
  const scaling = { ...app.scaling, ...ofPart("app") }
  const revision = { ...app.revision, ...ofPart("revision") }
  return { ...spec, app: { ...app, scaling, revision } }
}

/** No app has fewer runners at most than at least. */
const isPossible = (spec: RehearsalSpec, setting: Setting): boolean => {
  const { maxConcurrency, minConcurrency } = apply(spec, setting).app.scaling
  return minConcurrency <= maxConcurrency
}

/** Every combination of the values that can be, in the order of the bounds: the first changes last. */
export const of = (spec: RehearsalSpec, bounds: ReadonlyArray<Bound>): ReadonlyArray<Setting> =>
  bounds
    .reduce<ReadonlyArray<Setting>>(
      (all, { key, values }) => all.flatMap((setting) => values.map((value) => ({ ...setting, [key]: value }))),
      [{}]
    )
    .filter((setting) => isPossible(spec, setting))

/** How many combinations there are, whether they can be or not. */
export const countOf = (bounds: ReadonlyArray<Bound>): number =>
  bounds.reduce((count, { values }) => count * values.length, 1)

export const textOf = (setting: Setting): SettingText =>
  Object.fromEntries(
    Object.entries(setting).map(([name, value]) => {
      const key = name as SettingKey
      return [pathOf(key), table[key].unit === "seconds" ? fromMs(value * 1000) : value]
    })
  )

import { problemOf, type Setting, type SettingKey, settings } from "@ebb/core/domain/Settings"
import { nearest } from "@ebb/text/Suggestion"
import { Result } from "effect"
import { ScalingError } from "./ScalingError.ts"

/** A setting and the values that it may take, as the Fleet has them: counts, or seconds. */
export interface Bound {
  /** As a spec names it: `scaling.min_concurrency`. */
  readonly path: string
  readonly key: SettingKey
  readonly values: ReadonlyArray<number>
  /** Where that was said: `--let scaling.min_concurrency=1..10`. */
  readonly where: string
}

/** More values of one setting are a slip. */
const valuesMost = 1000

const keys = Object.keys(settings) as ReadonlyArray<SettingKey>

export const pathOf = (key: SettingKey): string => `${settings[key].part}.${settings[key].wire}`

const secondsPer: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 }

/** A value of a setting as a spec has it: `4`, or `90s` for a time. */
const valueOf = ({ unit }: Setting, text: string): number | null => {
  const [, digits, suffix = ""] = /^(\d+)([smh]?)$/.exec(text.trim()) ?? []
  if (digits === undefined || (unit === "seconds") !== (suffix !== "")) return null
  return Number(digits) * (secondsPer[suffix] ?? 1)
}

/** Counts one by one; times double, as there is little between 299 and 300 seconds. */
const between = ({ unit }: Setting, low: number, high: number): ReadonlyArray<number> => {
  const values: Array<number> = []
  const next = (value: number): number => (unit === "seconds" ? Math.max(1, value * 2) : value + 1)
  for (let value = low; value < high && values.length < valuesMost; value = next(value)) values.push(value)
  return [...values, high]
}

const kindOf = ({ unit }: Setting): string =>
  unit === "seconds" ? "a time such as 5m, or a range such as 30s..5m" : "a whole number, or a range such as 1..10"

/** The values that a text allows, or what is wrong with it. */
const valuesOf = (setting: Setting, text: string): ReadonlyArray<number> | string => {
  const values: Array<number> = []
  for (const part of text.split(",")) {
    const ends = part.split("..")
    const [low = null, high = low] = ends.map((end) => valueOf(setting, end))
    if (low === null || high === null || ends.length > 2) return `${part.trim() || "nothing"} is not ${kindOf(setting)}`
    if (low > high) return `the bounds are the wrong way round; write ${ends[1]!.trim()}..${ends[0]!.trim()}`
    for (const end of [low, high]) {
      const problem = problemOf(setting, end)
      if (problem !== null) return problem
    }
    values.push(...between(setting, low, high))
  }
  const distinct = [...new Set(values)].sort((a, b) => a - b)
  return distinct.length <= valuesMost ? distinct : `must be at most ${valuesMost} values`
}

/** Reads the values of the setting at a path: `1..10`, `2,4,8`, `30s..5m`. `where` says where they stand. */
export const parse = (path: string, text: string, where: string): Result.Result<Bound, ScalingError> => {
  const fail = (problem: string) => Result.fail(new ScalingError({ where, problem }))
  const key = keys.find((each) => pathOf(each) === path)
  if (key === undefined) {
    const meant = nearest(path, keys.map(pathOf))
    const known = `known are ${keys.map(pathOf).join(", ")}`
    return fail(`${path} is no setting; ${meant === null ? known : `did you mean ${meant}?`}`)
  }
  const values = valuesOf(settings[key], text)
  return typeof values === "string" ? fail(values) : Result.succeed({ path, key, values, where })
}

/** Reads `PATH=VALUES`, as `--let` gives it. */
export const parseLet = (text: string): Result.Result<Bound, ScalingError> => {
  const at = text.indexOf("=")
  const where = `--let ${text}`
  return at < 1
    ? Result.fail(new ScalingError({ where, problem: "must be PATH=RANGE, for example scaling.min_concurrency=1..10" }))
    : parse(text.slice(0, at).trim(), text.slice(at + 1), where)
}

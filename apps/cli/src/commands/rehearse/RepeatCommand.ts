import type { SpecText } from "../../spec/SpecFile.ts"
import * as ShellWords from "@ebb/text/ShellWords"

/** What of the command line decides the result. */
export interface Given {
  readonly preset?: string
  readonly set?: ReadonlyArray<string>
  readonly seeds?: number
  readonly for?: string
  readonly mode?: ReadonlyArray<string>
  readonly assert?: ReadonlyArray<string>
  readonly precision?: number
  readonly live?: boolean
}

const option = (name: string, value: string | number | undefined): ReadonlyArray<string> =>
  value === undefined ? [] : [`--${name}`, String(value)]

/** The command that gives the same result again, seed included. */
export const command = (source: SpecText, given: Given, seed: number): string =>
  ShellWords.command([
    "ebb",
    "rehearse",
    ...source.words,
    ...(given.live === true ? ["--live"] : []),
    ...(given.set ?? []).flatMap((assignment) => option("set", assignment)),
    ...option("seeds", given.seeds),
    ...option("seed", seed),
    ...option("for", given.for),
    ...(given.mode ?? []).flatMap((mode) => option("mode", mode)),
    ...option("precision", given.precision === undefined ? undefined : `${+(given.precision * 100).toPrecision(6)}%`),
    ...(given.assert ?? []).flatMap((check) => option("assert", check))
  ])

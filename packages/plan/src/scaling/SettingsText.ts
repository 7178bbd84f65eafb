import { toMs } from "@ebb/text/Duration"
import * as Format from "@ebb/text/Format"
import type { Priced } from "./Scaling.ts"

type Settings = Priced["settings"]

/** The name of a setting without its section: `min_concurrency`. */
export const nameOf = (path: string): string => path.slice(path.indexOf(".") + 1)

/** A value as people read it: a time is `5 min` where the spec has `5m`. */
export const valueOf = (value: Settings[string]): string =>
  typeof value === "string" ? Format.span(toMs(value)) : String(value)

/** The settings of a candidate: `min_concurrency 4, keep_alive 5 min`. */
export const of = (settings: Settings): string =>
  Object.entries(settings)
    .map(([path, value]) => `${nameOf(path)} ${valueOf(value)}`)
    .join(", ")

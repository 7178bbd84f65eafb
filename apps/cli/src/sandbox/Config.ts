import { Effect, Result, Schema } from "effect"
import { join } from "node:path"
import * as Files from "../kit/Files.ts"
import { readFileSync } from "node:fs"

/** What the command line remembers in the data directory. */
const Config = Schema.Struct({ team: Schema.optionalKey(Schema.String) })
export type Config = typeof Config.Type

const decode = Schema.decodeUnknownResult(Schema.fromJsonString(Config))

const file = (folder: string): string => join(folder, "config.json")

/** Empty where there is none, or none that can be read. */
export const read = (folder: string): Config => {
  try {
    return Result.getOrElse(decode(readFileSync(file(folder), "utf8")), () => ({}))
  } catch {
    return {}
  }
}

export const write = (folder: string, config: Config) =>
  Effect.suspend(() => Files.write(file(folder), "config.json", `${JSON.stringify(config)}\n`))

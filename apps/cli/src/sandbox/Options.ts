import { Schema } from "effect"
import type { ValueOption } from "../kit/Grammar.ts"

/** Act for that team. */
export const team: ValueOption = { kind: "one", names: ["--team"], key: "team", help: "act for that team" }

/** The data directory of the sandbox meant. */
export const data: ValueOption = {
  kind: "one",
  names: ["--data"],
  key: "data",
  metavar: "DIR",
  help: "the data directory of the sandbox"
}

/** The sandbox's address, known to every command that talks to one. */
export const host: ValueOption = {
  kind: "one",
  names: ["--host"],
  key: "host",
  hidden: true,
  help: "address of the sandbox, host:port"
}

/** The environment meant. */
export const env: ValueOption = { kind: "one", names: ["--env"], key: "env", help: "the environment (default: main)" }

/** What the options of every such command decode to. */
export const words = {
  team: Schema.optionalKey(Schema.String),
  host: Schema.optionalKey(Schema.String)
}

export const wordsWithEnv = { ...words, env: Schema.optionalKey(Schema.String) }

import { Option, Schema } from "effect"
import * as Knobs from "./Knobs.ts"

const Scenario = Schema.fromJsonString(
  Schema.Struct({ name: Schema.String, base: Schema.optionalKey(Schema.String), knobs: Knobs.Knobs })
)

/** What the page plays: a spec by its name, with its text where the name alone does not say it, and what is turned away from it. */
export type Scenario = typeof Scenario.Type

const encode = Schema.encodeSync(Scenario)
const decode = Schema.decodeUnknownOption(Scenario)

/** Text as a part of an address, of letters, digits, - and _ only. */
const packed = (text: string): string =>
  btoa(String.fromCharCode(...new TextEncoder().encode(text)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "")

const unpacked = (text: string): string => {
  const bytes = atob(text.replaceAll("-", "+").replaceAll("_", "/"))
  return new TextDecoder().decode(Uint8Array.from(bytes, (char) => char.charCodeAt(0)))
}

/** The part of an address behind `#` that carries a scenario. */
export const hashOf = (scenario: Scenario): string => `#play=${packed(encode(scenario))}`

/** The scenario that an address carries; null where it carries none, or what is none. */
export const read = (hash: string): Scenario | null => {
  const [, text] = /^#play=([\w-]+)$/.exec(hash) ?? []
  if (text === undefined) return null
  try {
    return Option.getOrNull(decode(unpacked(text)))
  } catch {
    return null
  }
}

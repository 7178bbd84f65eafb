import { toMs } from "@ebb/text/Duration"
import { BadValue, type ValueOption } from "../kit/Grammar.ts"
import { quote } from "../kit/Text.ts"

const milliseconds = (word: string): number => {
  try {
    const ms = toMs(word)
    if (ms > 0) return ms
  } catch {
    // Said below.
  }
  throw new BadValue(`must be a duration such as 10s or 5m, got ${quote(word)}`)
}

/** `--for 10s`, in milliseconds. */
export const forOption: ValueOption = {
  kind: "one",
  names: ["--for"],
  key: "for",
  metavar: "DURATION",
  convert: milliseconds,
  help: "let it end by itself after that"
}

import { toMs } from "@ebb/text/Duration"
import * as Argument from "../kit/Argument.ts"
import { BadValue } from "../kit/Grammar.ts"
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
export const forOption = Argument.parsed("--for", milliseconds, "let it end by itself after that", {
  metavar: "DURATION"
})

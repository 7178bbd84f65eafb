import { doorStatuses, type DoorStatus } from "@ebb/protocol/rest/Faults"
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

const doorStatus = (word: string): DoorStatus => {
  const status = doorStatuses.find((one) => String(one) === word)
  if (status !== undefined) return status
  throw new BadValue(`must be one of ${doorStatuses.join(", ")}, got ${quote(word)}`)
}

/** `--status 502`: what a front door fails with. */
export const statusOption = Argument.parsed(
  "--status",
  doorStatus,
  "with submit_failure or poll_failure: the status of the answer (default: 503)",
  { metavar: "CODE" }
)

import type { DoorFaultName } from "@ebb/protocol/rest/Faults"
import { plainError } from "../../edge/PlatformErrors.ts"
import type { Clock } from "../../kernel/Clock.ts"
import type { LiveApp } from "../../kernel/LiveApp.ts"

/** What is done at the front door of an app's queue. */
type Call = "submit" | "poll"

const failures = { submit: "submit_failure", poll: "poll_failure" } as const satisfies Record<Call, DoorFaultName>
const stalls = { submit: "submit_stall", poll: "poll_stall" } as const satisfies Record<Call, DoorFaultName>

const retryAfterSeconds = 1

/** The longest time of a timer of the engine, milliseconds. */
const timerMaxMs = 2 ** 31 - 1

/** Until the fault is over, or the caller has left. */
const stalled = (wallMs: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, Math.min(wallMs, timerMaxMs))
    signal.addEventListener("abort", () => {
      clearTimeout(timer)
      resolve()
    })
  })

/** Answers as the door would, unless a fault of the app makes it fail or stall. */
export const pass = (
  { faults }: LiveApp,
  call: Call,
  clock: Clock,
  request: Request,
  answer: () => Response | Promise<Response>
): Response | Promise<Response> => {
  const nowMs = clock.nowMs()
  const failure = faults.find(failures[call], nowMs)
  if (failure !== null) {
    const refused = plainError(failure.status, `Fault '${failures[call]}' is in force`)
    if (failure.status === 429 || failure.status === 503) refused.headers.set("retry-after", String(retryAfterSeconds))
    return refused
  }
  const stall = faults.find(stalls[call], nowMs)
  return stall === null ? answer() : stalled((stall.untilMs - nowMs) / clock.speed, request.signal).then(answer)
}

import type { DoorFaultName } from "@ebb/protocol/rest/Faults"
import { plainError } from "../../edge/PlatformErrors.ts"
import type { Clock } from "../../kernel/Clock.ts"
import type { NamedApp } from "../../kernel/LiveApp.ts"

/** What is done at the front door of an app's queue. */
type Call = "submit" | "poll"

const failures = { submit: "submit_failure", poll: "poll_failure" } as const satisfies Record<Call, DoorFaultName>
const stalls = { submit: "submit_stall", poll: "poll_stall" } as const satisfies Record<Call, DoorFaultName>

const retryAfterSeconds = 1

/** The longest time of a timer of the engine, milliseconds. */
const timerMaxMs = 2 ** 31 - 1

/** Who is held up, by what, and for how long by the wall. */
interface Held {
  readonly faults: NamedApp["faults"]
  readonly fault: DoorFaultName
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** Until that time has passed, somebody ends the fault or changes it, or the caller has left. */
const untilChange = ({ fault, faults, signal }: Held, wallMs: number): Promise<void> =>
  new Promise((resolve) => {
    const over = (): void => {
      clearTimeout(timer)
      forget()
      signal.removeEventListener("abort", over)
      resolve()
    }
    const timer = setTimeout(over, Math.min(wallMs, timerMaxMs))
    const forget = faults.listen((name) => name === fault && over())
    signal.addEventListener("abort", over)
  })

/** Until the fault is over, or the caller has left. */
const stalled = async (held: Held): Promise<void> => {
  const { clock, fault, faults, signal } = held
  while (!signal.aborted) {
    const nowMs = clock.nowMs()
    const stall = faults.find(fault, nowMs)
    if (stall === null) return
    await untilChange(held, (stall.untilMs - nowMs) / clock.speed)
  }
}

/** Answers as the door would, unless a fault of the app makes it fail or stall. */
export const pass = (
  { faults }: NamedApp,
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
  const fault = stalls[call]
  if (!faults.isInForce(fault, nowMs)) return answer()
  return stalled({ faults, fault, clock, signal: request.signal }).then(answer)
}

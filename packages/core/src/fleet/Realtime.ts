import type { Request, Runner } from "../tables/Records.ts"
import { Outcome, RequestKind } from "../tables/RequestState.ts"
import { ErrorType } from "./ErrorType.ts"
import type { FleetState } from "./FleetState.ts"
import * as Ledger from "./Ledger.ts"
import * as Settlement from "./Settlement.ts"
import * as Slots from "./Slots.ts"

/** The WebSocket close code of a session whose runner is told to stop (platform rule 4.6). */
export const closedForRestart = 1012
const closedNormally = 1000

/** What happens in a session: a message is worked on, or was answered; it was closed, or its app let go of it without a word. */
export type SessionEvent = "message_began" | "message_ended" | "closed" | "dropped"

/** The app works on one more message of this session: request_timeout bounds each (platform rule 4.6). */
export const messageBegan = (fleet: FleetState, session: Request): void => {
  session.messages++
  if (session.messages === 1) setDeadline(session, fleet.nowMs + session.app.requestTimeoutMs)
}

/** A message is answered; with the last one, on a runner that was told to stop, the session is closed (platform rule 4.6). */
export const messageEnded = (fleet: FleetState, session: Request): void => {
  session.messages = Math.max(0, session.messages - 1)
  const isIdleNow = session.messages === 0
  setDeadline(session, isIdleNow ? Infinity : fleet.nowMs + session.app.requestTimeoutMs)
  const runner = session.runner!
  if (isIdleNow && runner.signalledAtMs !== null) drain(fleet, session)
}

const setDeadline = (session: Request, deadlineMs: number): void => {
  session.app.attempts.remove(session)
  session.deadlineMs = deadlineMs
  session.app.attempts.insert(session)
}

/** The client closed the session. */
export const closed = (fleet: FleetState, session: Request): void => end(fleet, session, closedNormally)

/** Whether this is a session that has its runner and works on no message (platform rule 4.6). */
export const isIdle = ({ deadlineMs, kind, runner }: Request): boolean =>
  kind === RequestKind.realtime && runner !== null && deadlineMs === Infinity

/** Closes the sessions of a stopping runner that are working on nothing (platform rule 4.6). */
export const closeIdle = (fleet: FleetState, runner: Runner): void => {
  let session = runner.requests.first
  while (session !== null) {
    const next: Request | null = session.nextPeer
    if (isIdle(session)) drain(fleet, session)
    session = next
  }
}

const drain = (fleet: FleetState, session: Request): void => {
  fleet.port.close(session, closedForRestart)
  end(fleet, session, closedForRestart)
}

/** The session is over in good order: completed, or cancelled when its caller had given it up (platform rule 4.7). */
const end = (fleet: FleetState, session: Request, code: number): void => {
  const runner = session.runner!
  const gaveUp = Settlement.cancelledBy(session)
  release(fleet, session, gaveUp === ErrorType.none ? "drained" : "cancelled")
  if (gaveUp === ErrorType.none) Settlement.settle(fleet, session, Outcome.completed, code, ErrorType.none)
  else Settlement.settle(fleet, session, Outcome.cancelled, 499, gaveUp)
  Slots.freed(fleet, runner)
}

/** A message took longer than request_timeout. */
export const timedOut = (fleet: FleetState, session: Request): void => {
  fleet.port.close(session, 1011)
  release(fleet, session, "errored")
  Settlement.settle(fleet, session, Outcome.errored, 504, ErrorType.request_timeout)
}

const release = (fleet: FleetState, session: Request, how: "drained" | "errored" | "cancelled"): void => {
  const runner = session.runner!
  Slots.vacate(fleet, session)
  Ledger.leftRunner(fleet, session, runner, how)
}

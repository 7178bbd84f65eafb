import * as EventFeed from "@ebb/protocol/live/EventFeed"
import { ApiError, type Connection, Unreachable } from "@ebb/protocol/rest/Client"
import { Effect, Stream } from "effect"
import { type CliFailure, CommandFailed } from "../kit/Errors.ts"
import { failure } from "./Connection.ts"

/** What is there and every change from then on, of one app or of the team; ends when the sandbox does. */
export const messages = (connection: Connection, query: EventFeed.Query) =>
  Stream.mapError(EventFeed.messages(connection, query), failure)

type Follower<R> = Omit<EventFeed.Follower<CliFailure, R>, "isPatient" | "refuses">

const told = (error: CliFailure | ApiError | Unreachable): CliFailure =>
  error instanceof ApiError || error instanceof Unreachable ? failure(error) : error

const refuses = (error: CliFailure | ApiError | Unreachable): boolean => {
  const failed = told(error)
  return !(failed instanceof CommandFailed) || EventFeed.isRefusal(failed.because)
}

/** The same without an end: a sandbox that goes away is waited for. Fails if it is not there at first. */
export const steadily = <R>(follower: Follower<R>): Effect.Effect<never, CliFailure, R> =>
  Effect.mapError(EventFeed.follow({ ...follower, isPatient: false, refuses }), told)

import { Boards } from "@ebb/protocol/live/Board"
import { type Connection, Unreachable } from "@ebb/protocol/rest/Client"
import type { RunnerInfo } from "@ebb/protocol/rest/Shapes"
import { Effect, Stream } from "effect"
import { CommandFailed } from "../kit/Errors.ts"
import { Output } from "../kit/Output.ts"
import * as Follow from "../sandbox/Follow.ts"
import * as RunnerTables from "../sandbox/RunnerTables.ts"
import * as ChangeLines from "./ChangeLines.ts"
import * as LiveScreen from "../kit/LiveScreen.ts"

/** The runners to watch: which app's, how they are asked for, and the command that watches them again. */
export interface Watched {
  readonly app: string
  readonly query: { readonly env?: string }
  readonly runners: Effect.Effect<ReadonlyArray<RunnerInfo>, CommandFailed>
  readonly again: string
}

const lookEveryMs = 500

/** What becomes of the runners after that is not seen here. */
const broke = ({ baseUrl }: Connection, { again }: Watched, because: CommandFailed | null): CommandFailed => {
  const { host } = new URL(baseUrl)
  const text = `The connection to ${host} broke, so the runners are no longer shown. Once the sandbox answers: ${again}`
  return new CommandFailed({ text, because })
}

/** Of a sandbox that was there: that it does not answer any more is a broken connection. */
const lost = (connection: Connection, watched: Watched) => (error: CommandFailed) =>
  error.because instanceof Unreachable ? broke(connection, watched, error) : error

/** The runners once they were shown. */
const still = (connection: Connection, watched: Watched) => Effect.mapError(watched.runners, lost(connection, watched))

/** The events of a sandbox end with it or with the connection; a key that is good no longer is said as the sandbox says it. */
const ended = (connection: Connection, watched: Watched) =>
  Effect.andThen(still(connection, watched), Effect.fail(broke(connection, watched, null)))

/** The tables, drawn over again while uptimes and requests go on; ends with Ctrl-C. */
const tables = Effect.fnUntraced(function* (connection: Connection, watched: Watched) {
  const output = yield* Output
  const screen = LiveScreen.make(output)
  const draw = (all: ReadonlyArray<RunnerInfo>): void =>
    screen.draw(RunnerTables.render(all, true, output.stdout, Date.now()).trimEnd().split("\n"))
  const again = Effect.andThen(Effect.sleep(lookEveryMs), Effect.map(still(connection, watched), draw))
  const drawing = Effect.andThen(Effect.map(watched.runners, draw), Effect.forever(again))
  return yield* Effect.ensuring(drawing, Effect.sync(screen.end))
})

/** `{"runners": […]}` again and again, whenever something changed. */
const records = Effect.fnUntraced(function* (connection: Connection, watched: Watched) {
  const { value } = yield* Output
  const { app, query } = watched
  yield* Stream.runForEach(Follow.messages(connection, { app, ...query }), () =>
    Effect.flatMap(still(connection, watched), (all) => value({ runners: all.map(RunnerTables.json) }))
  )
  return yield* ended(connection, watched)
})

/** A line for each runner that is there, and for each change from then on. */
const lines = Effect.fnUntraced(function* (connection: Connection, watched: Watched) {
  const { io, result } = yield* Output
  const { app, query, runners } = watched
  const boards = new Boards()
  for (const { in_flight_requests: inFlight, runner_id: id, state } of yield* runners) {
    yield* result(`${ChangeLines.line({ id, inFlight, state })}\n`)
  }
  const messages = Stream.mapError(Follow.messages(connection, { app, ...query }), lost(connection, watched))
  yield* Stream.runForEach(messages, (message) => {
    const changed = ChangeLines.of(boards.fold(message, io.nowMs()))
    return result(changed.map((line) => `${line}\n`).join(""))
  })
  return yield* ended(connection, watched)
})

/** Shows the runners of an app as they change, until Ctrl-C; fails where the connection ends first. */
export const run = Effect.fn("runners.watch")(function* (connection: Connection, watched: Watched) {
  const { draws, json } = yield* Output
  const shown = json ? records : draws ? tables : lines
  return yield* shown(connection, watched)
})

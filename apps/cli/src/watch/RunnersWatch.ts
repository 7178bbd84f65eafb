import { Boards } from "@ebb/protocol/live/Board"
import type { Connection } from "@ebb/protocol/rest/Client"
import type { RunnerInfo } from "@ebb/protocol/rest/Shapes"
import { Effect, Stream } from "effect"
import type { CommandFailed } from "../kit/Errors.ts"
import { Output } from "../kit/Output.ts"
import * as Follow from "../sandbox/Follow.ts"
import * as RunnerTables from "../sandbox/RunnerTables.ts"
import * as ChangeLines from "./ChangeLines.ts"
import * as LiveScreen from "../kit/LiveScreen.ts"

/** The runners to watch: which app's, and how they are asked for. */
export interface Watched {
  readonly app: string
  readonly query: { readonly env?: string }
  readonly runners: Effect.Effect<ReadonlyArray<RunnerInfo>, CommandFailed>
}

const lookEveryMs = 500

/** The tables, drawn over again while uptimes and requests go on; ends with Ctrl-C. */
const tables = Effect.fnUntraced(function* ({ runners }: Watched) {
  const output = yield* Output
  const screen = LiveScreen.make(output)
  const draw = Effect.map(runners, (all) => {
    screen.draw(RunnerTables.render(all, true, output.stdout, Date.now()).trimEnd().split("\n"))
  })
  const drawing = Effect.forever(Effect.andThen(draw, Effect.sleep(lookEveryMs)))
  return yield* Effect.ensuring(drawing, Effect.sync(screen.end))
})

/** `{"runners": […]}` again and again, whenever something changed. */
const records = Effect.fnUntraced(function* (connection: Connection, { app, query, runners }: Watched) {
  const { value } = yield* Output
  yield* Stream.runForEach(Follow.messages(connection, { app, ...query }), () =>
    Effect.flatMap(runners, (all) => value({ runners: all.map(RunnerTables.json) }))
  )
})

/** A line for each runner that is there, and for each change from then on. */
const lines = Effect.fnUntraced(function* (connection: Connection, { app, query, runners }: Watched) {
  const { io, result } = yield* Output
  const boards = new Boards()
  for (const { in_flight_requests: inFlight, runner_id: id, state } of yield* runners) {
    yield* result(`${ChangeLines.line({ id, inFlight, state })}\n`)
  }
  yield* Stream.runForEach(Follow.messages(connection, { app, ...query }), (message) => {
    const changed = ChangeLines.of(boards.fold(message, io.nowMs()))
    return result(changed.map((line) => `${line}\n`).join(""))
  })
})

/** Shows the runners of an app as they change, until Ctrl-C or the end of the sandbox. */
export const run = Effect.fn("runners.watch")(function* (connection: Connection, watched: Watched) {
  const { draws, json } = yield* Output
  if (json) yield* records(connection, watched)
  else if (draws) yield* tables(watched)
  else yield* lines(connection, watched)
  return 0
})

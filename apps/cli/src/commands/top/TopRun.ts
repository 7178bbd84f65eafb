import { Boards } from "@ebb/protocol/live/Board"
import type { Connection } from "@ebb/protocol/rest/Client"
import { Deferred, Effect, Option } from "effect"
import * as Api from "@ebb/protocol/rest/Api"
import type { CliFailure } from "../../kit/Errors.ts"
import type { Key } from "../../kit/Io.ts"
import { Output } from "../../kit/Output.ts"
import { ask } from "../../sandbox/Connection.ts"
import * as Follow from "../../sandbox/Follow.ts"
import * as LiveScreen from "../../kit/LiveScreen.ts"
import * as AppRecords from "./AppRecords.ts"
import * as TopText from "./TopText.ts"
import { TopState } from "./TopState.ts"

/** What to look at: one app, or null for all of the team; `connect` is asked again after a sandbox went away. */
export interface Watched {
  readonly app: string | null
  readonly query: { readonly env?: string }
  readonly connect: Effect.Effect<Connection, CliFailure, Output>
}

const recordsEveryMs = 1000

const queryOf = ({ app, query }: Watched) => (app === null ? query : { app, ...query })

/** Takes the keys for as long as it is in scope. */
const keys = (pressed: (key: Key) => void) =>
  Effect.flatMap(Output, ({ io: { stdin } }) =>
    stdin.isTerminal
      ? Effect.acquireRelease(
          Effect.promise(() => stdin.keys(pressed)),
          (close) => Effect.sync(close)
        )
      : Effect.void
  )

/** The whole terminal, until `q` or Ctrl-C. */
const fullScreen = Effect.fnUntraced(function* (watched: Watched) {
  const output = yield* Output
  const { nowMs } = output.io
  const state = new TopState(watched.app)
  const screen = LiveScreen.full(output)
  const left = yield* Deferred.make<void>()
  const draw = (): void => screen.draw(TopText.render(state, output.stdout, LiveScreen.sizeOf(output), nowMs()))
  const pressed = (key: Key): void => {
    if (state.press(key)) Deferred.doneUnsafe(left, Effect.void)
    draw()
  }
  let reached: Connection | null = null
  // A snapshot tells of those under way alone: what became of the others while nobody listened is asked for.
  const pastRollouts = Effect.gen(function* () {
    if (reached === null) return
    const told = yield* Effect.option(ask(reached, Api.listRollouts, { params: {}, query: queryOf(watched) }))
    if (Option.isSome(told)) state.boards.takeRollouts(told.value.rollouts)
  })
  const following = Follow.steadily({
    connect: watched.connect,
    query: queryOf(watched),
    reached: (connection) => {
      reached = connection
      state.host = new URL(connection.baseUrl).host
    },
    message: (message) =>
      Effect.andThen(
        Effect.sync(() => state.fold(message, nowMs())),
        message.type === "snapshot" ? pastRollouts : Effect.void
      ),
    lost: Effect.sync(() => state.lose(nowMs()))
  })
  // Nothing is drawn before there is something to show: a sandbox that is not there is an error, not a screen.
  const drawing = Effect.gen(function* () {
    if (state.boards.seq !== null) draw()
    yield* Effect.sleep(LiveScreen.drawEveryMs)
  }).pipe(Effect.forever)
  yield* Effect.addFinalizer(() => Effect.sync(screen.end))
  yield* keys(pressed)
  yield* Effect.raceAllFirst([following, drawing, Deferred.await(left)])
}, Effect.scoped)

/** An app a line or a JSON value, now and whenever it changes; at most once a second. */
const records = Effect.fnUntraced(function* (watched: Watched) {
  const { io, json, note, result, value } = yield* Output
  const boards = new Boards()
  const changed = new AppRecords.Records()
  const write = Effect.suspend(() =>
    Effect.forEach(changed.drain(), (record) => (json ? value(record) : result(`${AppRecords.line(record)}\n`)))
  )
  let isLost = false
  const following = Follow.steadily({
    connect: watched.connect,
    query: queryOf(watched),
    reached: () => {
      isLost = false
    },
    message: (message) => {
      changed.add(boards.fold(message, io.nowMs()))
      return message.type === "snapshot" ? write : Effect.void
    },
    lost: Effect.suspend(() => {
      if (isLost) return Effect.void
      isLost = true
      return Effect.andThen(write, note("The sandbox is gone; waiting for it. Ctrl-C to leave.\n"))
    })
  })
  const writing = Effect.forever(Effect.andThen(Effect.sleep(recordsEveryMs), write))
  yield* Effect.raceAllFirst([following, writing])
})

/** Shows what goes on in a sandbox for as long as anybody looks. */
export const run = Effect.fn("top")(function* (watched: Watched) {
  const { draws } = yield* Output
  if (draws) yield* fullScreen(watched)
  else yield* records(watched)
  return 0
})

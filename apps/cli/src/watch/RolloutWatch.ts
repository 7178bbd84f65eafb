import type { RolloutReport } from "@ebb/core/domain/RolloutReport"
import type { Connection } from "@ebb/protocol/rest/Client"
import type { Message } from "@ebb/protocol/rest/Events"
import type { RolloutSummary } from "@ebb/protocol/rest/Shapes"
import { Deferred, Effect, Stream } from "effect"
import type { CommandFailed } from "../cli/Errors.ts"
import { Output } from "../cli/Output.ts"
import * as RolloutText from "../report/RolloutText.ts"
import * as Follow from "../sandbox/Follow.ts"
import * as ChangeLines from "./ChangeLines.ts"
import * as LiveScreen from "./LiveScreen.ts"
import { Picture } from "./Picture.ts"
import { Runners } from "./Runners.ts"

/** The rollout to watch: which app's events, how it is begun, what it was when it is over. */
export interface Watched {
  readonly app: string
  readonly query: { readonly env?: string }
  readonly begin: Effect.Effect<RolloutSummary, CommandFailed>
  readonly finished: (id: string) => Effect.Effect<RolloutReport, CommandFailed>
  /** What was begun, in a line. */
  readonly begun: (summary: RolloutSummary) => string
}

const lastEventMsMax = 1000
const tickMs = 250

/** Where the events go: a picture that is redrawn on a terminal, lines elsewhere, JSON Lines where asked for. */
const viewOf = (output: Output["Service"], picture: Picture) => {
  const isLive = output.stdout.isTerminal && !output.json
  const screen = isLive ? LiveScreen.make(output) : null
  const known = new Runners()
  const draw = (): void => screen?.draw(picture.render(output.stdout))
  const show = Effect.fnUntraced(function* (message: Message) {
    if (output.json) yield* output.value(message)
    else if (screen === null) {
      for (const line of ChangeLines.of(message, (id) => known.find(id))) yield* output.result(`${line}\n`)
    }
    known.take(message)
    picture.take(message)
    draw()
  })
  // Clocks go on while nothing changes.
  const ticking = Effect.forever(
    Effect.andThen(
      Effect.sleep(tickMs),
      Effect.sync(() => {
        picture.advance(tickMs)
        draw()
      })
    )
  )
  return { draw, end: () => screen?.end(), isLive, show, ticking: screen === null ? Effect.never : ticking }
}

/** Begins a rollout once its app's events are followed, shows it as it goes, then says what became of it. */
export const run = Effect.fn("rollout.watch")(function* (connection: Connection, watched: Watched) {
  const output = yield* Output
  const picture = new Picture()
  const view = viewOf(output, picture)
  const ready = yield* Deferred.make<void>()
  const over = yield* Deferred.make<void>()
  const events = Follow.messages(connection, { app: watched.app, ...watched.query })
  const watching = Stream.runForEach(events, (message) =>
    Effect.gen(function* () {
      yield* view.show(message)
      yield* Deferred.succeed(ready, undefined)
      if (picture.isOver) yield* Deferred.succeed(over, undefined)
    })
  )
  const rolling = Effect.gen(function* () {
    yield* Deferred.await(ready)
    const summary = yield* watched.begin
    picture.begin(summary)
    view.draw()
    if (!view.isLive && !output.json) yield* output.result(`${watched.begun(summary)}\n`)
    const report = yield* watched.finished(summary.id)
    // The report may be here before the last events are.
    yield* Effect.timeoutOption(Deferred.await(over), lastEventMsMax)
    picture.finish(report)
    view.draw()
    return report
  })
  const followed = Effect.andThen(watching, Deferred.succeed(ready, undefined)).pipe(Effect.andThen(Effect.never))
  const report = yield* Effect.raceAllFirst([followed, view.ticking, rolling]).pipe(
    Effect.ensuring(Effect.sync(view.end))
  )
  if (output.json) yield* output.value(report)
  else {
    yield* output.result(`Rolled out application ${report.app}: ${RolloutText.sentence(report)}\n`)
    yield* output.result(`Report: ebb rollouts report ${report.id}\n`)
  }
  return report
})

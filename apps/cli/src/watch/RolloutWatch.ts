import type { RolloutReport } from "@ebb/core/domain/RolloutReport"
import { type Connection, Unreachable } from "@ebb/protocol/rest/Client"
import type { Message } from "@ebb/protocol/rest/Events"
import type { RolloutSummary } from "@ebb/protocol/rest/Shapes"
import { Deferred, Effect, Option, Stream } from "effect"
import { CommandFailed } from "../kit/Errors.ts"
import { Output } from "../kit/Output.ts"
import { wrap } from "@ebb/text/Wrap"
import * as RolloutText from "../sandbox/RolloutText.ts"
import * as Follow from "../sandbox/Follow.ts"
import * as ChangeLines from "./ChangeLines.ts"
import * as LiveScreen from "../kit/LiveScreen.ts"
import { Picture } from "./RolloutPicture.ts"

/** The rollout to watch: which app's events, how it is begun, what it is by now, what it was when it is over. */
export interface Watched {
  readonly app: string
  readonly query: { readonly env?: string }
  readonly begin: Effect.Effect<RolloutSummary, CommandFailed>
  readonly soFar: (id: string) => Effect.Effect<RolloutReport, CommandFailed>
  /** Milliseconds of the app for each of this clock. */
  readonly speed: Effect.Effect<number, CommandFailed>
  readonly finished: (id: string) => Effect.Effect<RolloutReport, CommandFailed>
  /** What was begun, in a line. */
  readonly begun: (summary: RolloutSummary) => string
  /** What to do about it when nobody watches any more, in a line with its end. */
  readonly leftAlone: (summary: RolloutSummary) => string
}

const lastEventMsMax = 1000
const eventEveryMs = 20

/** Where the events go: a picture that is redrawn on a terminal, lines elsewhere, JSON Lines where asked for. */
const viewOf = (output: Output["Service"], picture: Picture, soFar: Watched["soFar"]) => {
  const isLive = output.draws
  const screen = isLive ? LiveScreen.make(output) : null
  const { nowMs } = output.io
  const draw = (): void => screen?.draw(picture.render(output.stdout, LiveScreen.sizeOf(output), nowMs()))
  const show = Effect.fnUntraced(function* (message: Message) {
    const change = picture.fold(message, nowMs())
    if (output.json) yield* output.value(message)
    else if (screen === null) for (const line of ChangeLines.of(change)) yield* output.result(`${line}\n`)
  })
  const learn = Effect.fnUntraced(function* (id: string) {
    const report = yield* Effect.option(soFar(id))
    if (Option.isSome(report)) picture.learn(report.value)
  })
  const ticking = (id: string) =>
    Effect.gen(function* () {
      if (picture.isStale) yield* learn(id)
      draw()
      yield* Effect.sleep(LiveScreen.drawEveryMs)
    }).pipe(Effect.forever)
  return {
    draw,
    end: () => screen?.end(),
    isLive,
    show,
    ticking: (id: string) => (isLive ? ticking(id) : Effect.never)
  }
}

const lookEveryMs = 500

const isRecovering = ({ capacity, state }: RolloutReport): boolean =>
  state === "finished" && capacity.recoveryMs === null

/** The report once as many slots are ready as before, or there is nothing to wait for: no runner starts, or one takes too long. */
const recovered = (report: RolloutReport, picture: Picture, watched: Watched) => {
  const { soFar, speed } = watched
  const waiting = Effect.gen(function* () {
    let known = report
    while (isRecovering(known) && picture.isComing) {
      yield* Effect.sleep(lookEveryMs)
      known = yield* soFar(known.id)
    }
    // The last start may have ended after the last look.
    return isRecovering(known) ? yield* soFar(known.id) : known
  })
  const within = (duration: number) => Effect.timeoutOrElse(waiting, { duration, orElse: () => soFar(report.id) })
  if (!isRecovering(report)) return Effect.succeed(report)
  return Effect.flatMap(speed, (times) => within(picture.startLimitMs / times))
}

const caughtUp = (report: RolloutReport, picture: Picture) =>
  Effect.gen(function* () {
    while (!picture.hasSlots(report)) yield* Effect.sleep(eventEveryMs)
  }).pipe(Effect.timeoutOption(lastEventMsMax))

const overAlready = ({ id }: RolloutSummary): string =>
  `Rollout ${id} is over, and its slots are not all back. See: ebb rollouts report ${id}\n`

/** Begins a rollout once its app's events are followed, shows it until its slots are back, then says what became of it. */
export const run = Effect.fn("rollout.watch")(function* (connection: Connection, watched: Watched) {
  const output = yield* Output
  const picture = new Picture()
  const view = viewOf(output, picture, watched.soFar)
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
  const following = (id: string) =>
    Effect.gen(function* () {
      const report = yield* watched.finished(id)
      // The report may be here before the last events are.
      yield* Effect.timeoutOption(Deferred.await(over), lastEventMsMax)
      picture.learn(report)
      view.draw()
      const last = yield* recovered(report, picture, watched)
      // Nor are the events that brought the slots, of which it tells.
      if (last.capacity.recoveryMs !== null) yield* caughtUp(last, picture)
      picture.learn(last)
      view.draw()
      return last
    })
  const rolling = Effect.gen(function* () {
    yield* Deferred.await(ready)
    const summary = yield* watched.begin
    picture.begin(summary)
    if (!view.isLive && !output.json) yield* output.result(`${watched.begun(summary)}\n`)
    return yield* Effect.raceAllFirst([view.ticking(summary.id), following(summary.id)]).pipe(
      Effect.ensuring(Effect.sync(view.end)),
      Effect.mapError((error) => lost(connection, summary, error)),
      Effect.onInterrupt(() => output.note(picture.isOver ? overAlready(summary) : watched.leftAlone(summary)))
    )
  })
  const followed = Effect.andThen(watching, Deferred.succeed(ready, undefined)).pipe(Effect.andThen(Effect.never))
  const report = yield* Effect.raceAllFirst([followed, rolling])
  if (output.json) yield* output.value(report)
  else {
    const sentence = `Rolled out application ${report.app}: ${RolloutText.sentence(report)}`
    const lines = output.stdout.isTerminal ? wrap(sentence, LiveScreen.sizeOf(output).columns) : [sentence]
    yield* output.result(`${lines.join("\n")}\nReport: ebb rollouts report ${report.id}\n`)
  }
  return report
})

const lost = ({ baseUrl }: Connection, { id }: RolloutSummary, because: CommandFailed): CommandFailed => {
  const { host } = new URL(baseUrl)
  const text = `The sandbox at ${host} went away during rollout ${id}. Once it is up again: ebb rollouts report ${id}`
  return because.because instanceof Unreachable ? new CommandFailed({ text, because }) : because
}

import type { RolloutReport } from "@ebb/core/domain/RolloutReport"
import type { Connection } from "@ebb/protocol/rest/Client"
import type { Message, RunnerView } from "@ebb/protocol/rest/Events"
import type { RolloutSummary } from "@ebb/protocol/rest/Shapes"
import { Effect, Stream } from "effect"
import type { CommandFailed } from "../cli/Errors.ts"
import { Output } from "../cli/Output.ts"
import * as RolloutText from "../report/RolloutText.ts"
import * as Follow from "../sandbox/Follow.ts"
import * as LiveScreen from "./LiveScreen.ts"
import { Picture } from "./Picture.ts"

/** One line for what has become of a runner; null where its state is the same. */
const lineOf = (before: RunnerView | undefined, now: RunnerView): string | null => {
  if (before?.state === now.state) return null
  return `${now.id} ${now.state}${now.inFlight > 0 ? `, ${now.inFlight} in flight` : ""}`
}

const lines = (picture: Picture, message: Message): ReadonlyArray<string> => {
  const changed = message.runners.map((runner) => lineOf(picture.runners.get(runner.id), runner))
  const gone = message.type === "changes" ? message.gone.map((id) => `${id} TERMINATED`) : []
  return [...changed.filter((line) => line !== null), ...gone]
}

/** Shows a rollout as it goes: a picture that is redrawn on a terminal, a line for each change elsewhere; then its report. */
export const follow = Effect.fn("rollout.watch")(function* (
  connection: Connection,
  summary: RolloutSummary,
  query: { readonly env?: string },
  finished: Effect.Effect<RolloutReport, CommandFailed>
) {
  const output = yield* Output
  const picture = new Picture(summary)
  const screen = output.stdout.isTerminal && !output.json ? LiveScreen.make(output) : null
  const show = (message: Message): void => {
    if (output.json) output.io.stdout.write(`${JSON.stringify(message)}\n`)
    else if (screen === null) for (const line of lines(picture, message)) output.io.stdout.write(`${line}\n`)
    picture.take(message)
    screen?.draw(picture.render(output.stdout))
  }
  const watching = Stream.runForEach(Follow.messages(connection, { app: summary.app, ...query }), (message) =>
    Effect.sync(() => show(message))
  )
  const done = yield* Effect.raceFirst(Effect.andThen(watching, finished), finished).pipe(
    Effect.ensuring(Effect.sync(() => screen?.end()))
  )
  if (output.json) yield* output.value(done)
  else {
    yield* output.result(`Rolled out application ${summary.app}: ${RolloutText.sentence(done)}\n`)
    yield* output.result(`Report: ebb rollouts report ${summary.id}\n`)
  }
  return done
})

import * as Api from "@ebb/protocol/rest/Api"
import type { Connection } from "@ebb/protocol/rest/Client"
import type { RolloutReport } from "@ebb/core/domain/RolloutReport"
import * as RolloutFile from "@ebb/dashboard/RolloutFile"
import type { RolloutSummary } from "@ebb/protocol/rest/Shapes"
import { Effect, Option, Stream } from "effect"
import * as Files from "../../kit/Files.ts"
import * as Argument from "../../kit/Argument.ts"
import * as Leaf from "../../kit/Leaf.ts"
import { Output } from "../../kit/Output.ts"
import * as RolloutText from "../../sandbox/RolloutText.ts"
import { ask, connect } from "../../sandbox/Connection.ts"
import * as Follow from "../../sandbox/Follow.ts"
import * as Options from "../../sandbox/Options.ts"
import { version } from "@ebb/text/Version"

const accepts = {
  team: Options.team,
  host: Options.host,
  html: Argument.text("--html", "write it to FILE as a page that needs no network", { metavar: "FILE" }),
  ...Argument.output,
  id: Argument.word("the rollout, or last for the newest", { metavar: "ID" })
}

/** What the sandbox remembers of the app around the rollout: it forgets after a quarter of an hour. */
const around = Effect.fnUntraced(function* (connection: Connection, summary: RolloutSummary) {
  const { app, env } = summary
  const first = yield* Stream.runHead(Follow.messages(connection, { app, env })).pipe(Effect.option)
  const message = Option.getOrNull(Option.flatten(first))
  const history = message?.type === "snapshot" ? message.history?.[0] : undefined
  if (history === undefined) return null
  const { speed } = yield* ask(connection, Api.status, { params: {} })
  return { summary, history, speed }
})

const writePage = Effect.fnUntraced(function* (connection: Connection, rollout: RolloutReport, html: string) {
  const { io, note } = yield* Output
  const { rollouts } = yield* ask(connection, Api.listRollouts, { params: {}, query: {} })
  const summary = rollouts.find(({ id }) => id === rollout.id)
  const remembered = summary === undefined ? null : yield* around(connection, summary)
  const page = yield* Effect.promise(() =>
    RolloutFile.render({
      version,
      rollout,
      gracePeriodMs: summary?.gracePeriodMs ?? 0,
      command: `ebb rollouts report ${rollout.id}`,
      around: remembered
    })
  )
  yield* Files.write(Files.resolve(io.cwd, html), html, page)
  yield* note(`Page written to ${html}\n`)
})

const run = Effect.fn("rollouts.report")(function* ({ html, id, ...asked }: Argument.Given<typeof accepts>) {
  const output = yield* Output
  const connection = yield* connect(asked)
  const report = yield* ask(connection, Api.rolloutReport, { params: { rollout: id }, query: {} })
  if (html !== undefined) yield* writePage(connection, report, html)
  if (output.json) yield* output.value(report)
  else yield* output.result(RolloutText.render(report, output.stdout))
  return 0
})

/** `ebb rollouts report ID` */
export const report = Leaf.make({
  description: "Show what a rollout did to the requests.",
  accepts,
  examples: ["ebb rollouts report last"],
  run
})

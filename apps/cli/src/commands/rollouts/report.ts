import * as Api from "@ebb/protocol/rest/Api"
import type { Connection } from "@ebb/protocol/rest/Client"
import type { RolloutReport } from "@ebb/core/domain/RolloutReport"
import * as RolloutFile from "@ebb/dashboard/RolloutFile"
import { Effect, Schema } from "effect"
import * as Files from "../../cli/Files.ts"
import { type Grammar, outputOptions } from "../../cli/Grammar.ts"
import * as Leaf from "../../cli/Leaf.ts"
import { Output } from "../../cli/Output.ts"
import * as RolloutText from "../../report/RolloutText.ts"
import { ask, connect } from "../../sandbox/Connection.ts"
import * as Options from "../../sandbox/Options.ts"
import { version } from "@ebb/sim/Version"

const grammar: Grammar = {
  description: "Show what a rollout did to the requests.",
  options: [
    Options.team,
    Options.host,
    {
      kind: "one",
      names: ["--html"],
      key: "html",
      metavar: "FILE",
      help: "write it to FILE as a page that needs no network"
    },
    ...outputOptions
  ],
  positionals: [{ key: "id", metavar: "ID", help: "the rollout, or last for the newest" }],
  examples: ["ebb rollouts report last"]
}

const words = Schema.Struct({ ...Options.words, html: Schema.optionalKey(Schema.String), id: Schema.String })

const writePage = Effect.fnUntraced(function* (connection: Connection, report: RolloutReport, html: string) {
  const { io, note } = yield* Output
  const { rollouts } = yield* ask(connection, Api.listRollouts, { params: {}, query: {} })
  const gracePeriodMs = rollouts.find(({ id }) => id === report.id)?.gracePeriodMs ?? 0
  const command = `ebb rollouts report ${report.id}`
  const page = yield* Effect.promise(() => RolloutFile.render({ version, rollout: report, gracePeriodMs, command }))
  yield* Files.write(Files.resolve(io.cwd, html), html, page)
  yield* note(`Page written to ${html}\n`)
})

const run = Effect.fn("rollouts.report")(function* ({ html, id, ...asked }: typeof words.Type) {
  const output = yield* Output
  const connection = yield* connect(asked)
  const report = yield* ask(connection, Api.rolloutReport, { params: { rollout: id }, query: {} })
  if (html !== undefined) yield* writePage(connection, report, html)
  if (output.json) yield* output.value(report)
  else yield* output.result(RolloutText.render(report, output.stdout))
  return 0
})

/** `ebb rollouts report ID` */
export const report = Leaf.make({ grammar, words, run })

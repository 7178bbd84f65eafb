import { orders, type RolloutOrder, ways } from "@ebb/core/domain/RolloutWay"
import * as Format from "@ebb/text/Format"
import * as ModeWords from "@ebb/core/domain/ModeWords"
import type { RolloutReport } from "@ebb/core/domain/RolloutReport"
import type { Connection } from "@ebb/protocol/rest/Client"
import * as Api from "@ebb/protocol/rest/Api"
import type { RolloutCommand, RolloutSummary } from "@ebb/protocol/rest/Shapes"
import { Effect } from "effect"
import { type CommandFailed, InvalidInput } from "../../kit/Errors.ts"
import * as Argument from "../../kit/Argument.ts"
import { BadValue } from "../../kit/Grammar.ts"
import { quote } from "../../kit/Text.ts"
import * as Leaf from "../../kit/Leaf.ts"
import { Output } from "../../kit/Output.ts"
import { ask, connect, envQuery } from "../../sandbox/Connection.ts"
import * as Options from "../../sandbox/Options.ts"

const orderWords = `(choose from ${orders.map((order) => `'${order}'`).join(", ")})`

/** Every name of a mode that is not forced. */
const orderOf = (word: string): RolloutOrder => {
  const mode = ModeWords.parse(word)
  if (mode === null || mode === "none") throw new BadValue(`invalid choice: ${quote(word)} ${orderWords}`)
  const { order } = ways[mode]
  if (order === null) throw new BadValue(`invalid choice: '${mode}'; use --${mode} instead`)
  return order
}

const accepts = {
  team: Options.team,
  host: Options.host,
  force: Argument.flag("--force", "kill the runners at once, their requests with them", { exclusive: "how" }),
  env: Options.env,
  order: Argument.parsed("--order", orderOf, "the order for this rollout only (default: the app's setting)", {
    metavar: `{${orders.join(",")}}`,
    exclusive: "how"
  }),
  wait: Argument.flag("--wait", "return when it is over, with its report"),
  watch: Argument.flag("--watch", "the same, and show it live"),
  dryRun: Argument.flag("--dry-run", "roll out nothing: say what each way, or the one given, would do now"),
  traffic: Argument.text("--traffic", "with --dry-run: requests come as in this spec, not as of late", {
    metavar: "SPEC"
  }),
  ...Argument.output,
  app_name: Argument.word("the app, without owner and environment")
}

const requestsIn = (count: number): string => `${Format.counted(count, "request")} in flight`

/** What was begun, on one line. */
const begun = ({ escalated, id, inFlight, mode, runners }: RolloutSummary): string => {
  if (escalated !== undefined) {
    return `rollout ${id} escalated: ${Format.counted(escalated.runners, "runner")} killed, ${requestsIn(escalated.inFlight)}`
  }
  if (runners === 0) return `rollout ${id} (${mode}): no active runner, finished`
  return `rollout ${id} (${mode}): ${Format.counted(runners, "runner")}, ${requestsIn(inFlight)}`
}

/** Where to read on, for a rollout that was not waited for: a command on a line of its own, so that it can be copied whole. */
const hint = ({ escalated, id, runners, state }: RolloutSummary): string => {
  if (escalated !== undefined || runners === 0) return ""
  return state === "running" ? `Follow it with: ebb rollouts report ${id}\n` : `See: ebb rollouts report ${id}\n`
}

/** Waiting ends, the rollout does not. */
const leftAlone = ({ id }: RolloutSummary): string =>
  `Rollout ${id} is still in progress. Follow it with: ebb rollouts report ${id}\n`

/** An interrupted rollout did not do what was asked. */
const exitOf = ({ state }: RolloutReport): number => (state === "interrupted" ? 1 : 0)

const report = (connection: Connection, rollout: string) =>
  ask(connection, Api.rolloutReport, { params: { rollout }, query: { wait: "finished" } })

const reportSoFar = (connection: Connection, rollout: string) =>
  ask(connection, Api.rolloutReport, { params: { rollout }, query: {} })

const waited = Effect.fnUntraced(function* (connection: Connection, summary: RolloutSummary) {
  const { json, note, result, stdout, value } = yield* Output
  const done = yield* Effect.onInterrupt(report(connection, summary.id), () => note(leftAlone(summary)))
  if (json) yield* value(done)
  else {
    const RolloutText = yield* Effect.promise(() => import("../../sandbox/RolloutText.ts"))
    yield* result(RolloutText.render(done, stdout))
  }
  return exitOf(done)
})

const watched = Effect.fnUntraced(function* (
  connection: Connection,
  app: string,
  query: { readonly env?: string },
  begin: Effect.Effect<RolloutSummary, CommandFailed>
) {
  const RolloutWatch = yield* Effect.promise(() => import("../../watch/RolloutWatch.ts"))
  const soFar = (id: string) => reportSoFar(connection, id)
  const finished = (id: string) => report(connection, id)
  const speed = Effect.map(ask(connection, Api.status, { params: {}, query: {} }), (status) => status.speed)
  return exitOf(yield* RolloutWatch.run(connection, { app, query, begin, soFar, speed, finished, begun, leftAlone }))
})

/** Of `--wait` and `--watch`: there would be nothing to wait for. */
const refuseWaiting = ({ wait, watch }: { readonly wait: boolean; readonly watch: boolean }) =>
  wait || watch
    ? Effect.fail(new InvalidInput({ text: `--dry-run rolls nothing out; leave out ${wait ? "--wait" : "--watch"}` }))
    : Effect.void

/** The requests that a spec has come, as gaps to draw from. */
const arrivalsIn = Effect.fnUntraced(function* (file: string) {
  const { io } = yield* Output
  const SpecFile = yield* Effect.promise(() => import("../../spec/SpecFile.ts"))
  const ArrivalGaps = yield* Effect.promise(() => import("@ebb/sim/dryrun/ArrivalGaps"))
  const spec = yield* SpecFile.decode(yield* SpecFile.locate({ spec: file }, io.cwd), [])
  return ArrivalGaps.of(spec)
})

const dryRun = Effect.fnUntraced(function* (
  connection: Connection,
  given: Pick<Argument.Given<typeof accepts>, "app_name" | "traffic" | "wait" | "watch">,
  query: { readonly env?: string },
  body: RolloutCommand
) {
  yield* refuseWaiting(given)
  const { json, result, stdout, value } = yield* Output
  const { app_name: app, traffic } = given
  const arrivals = traffic === undefined ? {} : { arrivals: yield* arrivalsIn(traffic) }
  const found = yield* ask(connection, Api.dryRun, { params: { app }, query, body: { ...body, ...arrivals } })
  if (json) yield* value(found)
  else {
    const DryRunText = yield* Effect.promise(() => import("../../sandbox/DryRunText.ts"))
    yield* result(DryRunText.render(found, stdout, traffic))
  }
  return 0
})

const run = Effect.fn("apps.rollout")(function* (given: Argument.Given<typeof accepts>) {
  const { io, json, note, result, value } = yield* Output
  const connection = yield* connect(given)
  const { app_name: app, force, order } = given
  const query = envQuery(io, given.env)
  if (given.traffic !== undefined && !given.dryRun)
    return yield* new InvalidInput({
      text: "--traffic goes with --dry-run: a rollout meets the requests that there are"
    })
  const body = order === undefined ? { force } : { force, order }
  if (given.dryRun) return yield* dryRun(connection, given, query, body)
  const begin = ask(connection, Api.rollout, { params: { app }, query, body })
  if (given.watch) return yield* watched(connection, app, query, begin)
  const summary = yield* begin
  if (given.wait) return yield* waited(connection, summary)
  if (json) yield* value(summary)
  else {
    yield* result(`Rolled out application ${app}\n`)
    yield* note(`${begun(summary)}\n${hint(summary)}`)
  }
  return 0
})

/** `ebb apps rollout APP` */
export const rollout = Leaf.make({
  description: "Restart every runner of an app: each finishes its requests first, or with --force is killed with them.",
  accepts,
  examples: [
    "ebb apps rollout myapp",
    "ebb apps rollout myapp --dry-run",
    "ebb apps rollout myapp --dry-run --traffic peak.yaml",
    "ebb apps rollout myapp --force --watch",
    "ebb apps rollout myapp --order replace_first --wait"
  ],
  interruptedExit: { longWith: ["wait", "watch"] },
  run
})

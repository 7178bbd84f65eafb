import * as Api from "@ebb/protocol/rest/Api"
import { ApiError, call } from "@ebb/protocol/rest/Client"
import * as Format from "@ebb/text/Format"
import * as ShellWords from "@ebb/text/ShellWords"
import { Effect, Result } from "effect"
import { CommandFailed } from "../kit/Errors.ts"
import * as Argument from "../kit/Argument.ts"
import * as Leaf from "../kit/Leaf.ts"
import { Output } from "../kit/Output.ts"
import { connect, failure } from "../sandbox/Connection.ts"
import * as Options from "../sandbox/Options.ts"

const accepts = { data: Options.data, team: Options.team, host: Options.host, ...Argument.output }

const run = Effect.fn("status")(function* (given: Argument.Given<typeof accepts>) {
  const output = yield* Output
  const asked = Effect.gen(function* () {
    const connection = yield* connect(given)
    return yield* Effect.mapError(call(connection, Api.status, { params: {} }), failure)
  })
  const answered = yield* Effect.result(asked)
  if (Result.isFailure(answered)) {
    const { failure } = answered
    // One that refuses the key runs.
    if (output.json && !(failure instanceof CommandFailed && failure.because instanceof ApiError))
      yield* output.value({ running: false })
    return yield* failure
  }
  const status = answered.success
  if (output.json) {
    yield* output.value({ running: true, ...status })
    return 0
  }
  const speed = status.speed === 1 ? "" : `, ${status.speed} times as fast`
  yield* output.result(
    [
      `ebb ${status.version} is up at ${status.url} (pid ${status.pid}${speed})`,
      ...(status.tlsUrl === null ? [] : [`with TLS at ${status.tlsUrl}`]),
      `data in ${status.data}`,
      `${Format.counted(status.apps, "app")}, ${Format.counted(status.runners, "active runner")}`,
      ...(status.faults ?? []).flatMap(({ app, do: name }) => [
        `fault ${name} of ${app} is in force; end it with:`,
        `  ${ShellWords.command(["ebb", "apps", "fault", app, name, "--stop"])}`
      ]),
      `user ${status.user}, team ${status.team}, key ${status.key.id} (${status.key.scope})`,
      ""
    ].join("\n")
  )
  return 0
})

/** `ebb status` */
export const status = Leaf.make({
  description: "Say whether a sandbox runs, where, and whose key is in use.",
  accepts,
  run
})

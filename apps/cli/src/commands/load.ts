import * as Format from "@ebb/sim/Format"
import { toMs, toPerMs } from "@ebb/sim/Duration"
import { Effect, Schema } from "effect"
import { BadValue, type Grammar, outputOptions } from "../cli/Grammar.ts"
import * as Leaf from "../cli/Leaf.ts"
import { Output } from "../cli/Output.ts"
import { quote } from "../cli/Text.ts"
import * as DataCall from "../data/DataCall.ts"
import * as Input from "../data/Input.ts"
import { Load, type LoadCounts } from "../data/Load.ts"
import { ask, connect, envQuery } from "../sandbox/Connection.ts"
import * as Options from "../sandbox/Options.ts"
import * as LiveScreen from "../watch/LiveScreen.ts"
import * as Api from "@ebb/protocol/rest/Api"

const rateOf = (word: string): number => {
  try {
    const rate = toPerMs(word)
    if (rate > 0) return rate
  } catch {
    // Said below.
  }
  throw new BadValue(`must be a rate such as 5/s or 300/m, got ${quote(word)}`)
}

const durationOf = (word: string): number => {
  try {
    return toMs(word)
  } catch {
    throw new BadValue(`must be a duration such as 30s or 5m, got ${quote(word)}`)
  }
}

const grammar: Grammar = {
  description: "Send an app requests at a steady rate, whether earlier ones were answered or not; Ctrl-C ends it.",
  options: [
    Options.team,
    Options.host,
    Options.env,
    { kind: "one", names: ["--rate"], key: "rate", required: true, convert: rateOf, help: "how many, such as 5/s" },
    {
      kind: "one",
      names: ["--for"],
      key: "for",
      metavar: "DURATION",
      convert: durationOf,
      help: "how long (default: until Ctrl-C)"
    },
    {
      kind: "one",
      names: ["--kind"],
      key: "kind",
      choices: ["direct", "queued"],
      help: "how they are sent (default: direct)"
    },
    Input.inputOption,
    { kind: "flag", names: ["--fail-on-error"], key: "fail", help: "exit 1 if any of them failed" },
    ...outputOptions
  ],
  positionals: [{ key: "app_name", metavar: "APP", help: "the app" }],
  examples: ["ebb load demo --rate 5/s", "ebb load demo --rate 20/s --for 1m --kind queued --fail-on-error"]
}

const words = Schema.Struct({
  ...Options.wordsWithEnv,
  rate: Schema.Finite,
  for: Schema.optionalKey(Schema.Finite),
  kind: Schema.optionalKey(Schema.Literals(["direct", "queued"])),
  input: Schema.optionalKey(Schema.String),
  fail: Schema.optionalKey(Schema.Boolean),
  app_name: Schema.String
})

const tickMs = 5
const showMs = 1000

const line = ({ completed, errored, errorsByType, inFlight, latencyMs, sent }: LoadCounts): string => {
  const types = Object.entries(errorsByType).map(([type, count]) => `${type} ${count}`)
  const failed = types.length === 0 ? "" : ` (${types.join(", ")})`
  const latency =
    latencyMs === null ? "" : ` · p50 ${Format.duration(latencyMs.p50)} · p99 ${Format.duration(latencyMs.p99)}`
  return `sent ${sent} · in flight ${inFlight} · completed ${completed} · errored ${errored}${failed}${latency}`
}

/** Sends until the time is over or Ctrl-C. */
const sending = (load: Load, forMs: number, signal: AbortSignal): Effect.Effect<void> =>
  Effect.promise(
    () =>
      new Promise<void>((resolve) => {
        const startedAt = performance.now()
        const timer = setInterval(() => {
          const isOver = performance.now() - startedAt >= forMs || signal.aborted
          if (!isOver) return load.tick()
          clearInterval(timer)
          resolve()
        }, tickMs)
      })
  )

const showing = Effect.fnUntraced(function* (load: Load) {
  const output = yield* Output
  const screen = output.stdout.isTerminal && !output.json ? LiveScreen.make(output) : null
  const show = (): void => {
    const counts = load.counts()
    if (output.json) output.io.stdout.write(`${JSON.stringify(counts)}\n`)
    else if (screen === null) output.io.stdout.write(`${line(counts)}\n`)
    else screen.draw([line(counts)])
  }
  const timer = setInterval(show, showMs)
  return () => {
    clearInterval(timer)
    show()
    screen?.end()
  }
})

const run = Effect.fn("load")(function* (given: typeof words.Type) {
  const { app_name: app, env, fail = false, input, kind = "direct", rate, ...asked } = given
  const output = yield* Output
  const { io } = output
  const connection = yield* connect(asked)
  const query = envQuery(io, env)
  const body = yield* Input.bodyOf(input, {}, io.cwd)
  // An app that is not there is said once, not five times a second.
  yield* ask(connection, Api.queueSize, { params: { app }, query })
  const { direct, queued } = yield* DataCall.place(connection, app, query)
  const load = new Load({ connection, direct, queued, kind, ratePerMs: rate, body })
  const stop = yield* showing(load)
  yield* sending(load, given.for ?? Infinity, io.interrupted)
  yield* Effect.promise(() => load.settled())
  stop()
  return fail && load.counts().errored > 0 ? 1 : 0
}, Effect.uninterruptible)

/** `ebb load APP` */
export const load = Leaf.make({ grammar, words, interruptedExit: 0, run })

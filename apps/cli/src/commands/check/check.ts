import { CommandNotStarted } from "@ebb/processes/Errors"
import * as CurrentSystem from "@ebb/processes/system/CurrentSystem"
import * as Signals from "@ebb/processes/Signals"
import { Effect } from "effect"
import * as Assertion from "@ebb/drain-check/Assertion"
import * as Check from "@ebb/drain-check/Check"
import type { CheckSettings } from "@ebb/drain-check/CheckSettings"
import * as Verdict from "@ebb/drain-check/findings/Verdict"
import * as CheckMarkdown from "./CheckMarkdown.ts"
import * as CheckText from "./CheckText.ts"
import * as Settings from "./Settings.ts"
import { CommandFailed, InvalidInput } from "../../kit/Errors.ts"
import * as Files from "../../kit/Files.ts"
import * as Leaf from "../../kit/Leaf.ts"
import { Output } from "../../kit/Output.ts"
import * as OutputFiles from "../../kit/OutputFiles.ts"
import * as Progress from "../../kit/Progress.ts"

const exitOf = { SIGHUP: 129, SIGTERM: 143 } as const

const needsProcesses = Effect.suspend(() => {
  const problem = CurrentSystem.problem()
  return problem === null ? Effect.void : new CommandFailed({ text: `ebb check ${problem}` })
})

const settingsOf = Effect.fnUntraced(function* (given: Settings.Words) {
  const { io } = yield* Output
  const settings = Settings.of(given, io.cwd)
  if (settings.command.length > 0) return settings
  return yield* new InvalidInput({ text: "Name the command that starts the server: ebb check -- node server.js" })
})

const failureOf = (because: unknown): InvalidInput | CommandFailed => {
  if (because instanceof CommandNotStarted) return new InvalidInput({ text: because.message, because })
  return new CommandFailed({ text: because instanceof Error ? because.message : String(because), because })
}

const progressEveryMs = 250
/** A start and an end, of a quick server. */
const roundMs = 1500
/** Of the time before the signal: all of it, seven tenths, half. */
const loads = 2.2

/** A progress line in seconds; how long a start and a drain take is not known beforehand. */
const follow = Effect.fnUntraced(function* (settings: CheckSettings) {
  const { io } = yield* Output
  const progress = Progress.make(io, () => performance.now(), "seconds")
  const startMs = performance.now()
  const total = Math.ceil((settings.runs.length * roundMs + loads * settings.loadMs) / 1000)
  let requests = 0
  const timer = setInterval(() => {
    const seconds = Math.floor((performance.now() - startMs) / 1000)
    progress.report(Math.min(seconds, total - 1), total, requests)
  }, progressEveryMs)
  const stop = (): void => {
    clearInterval(timer)
    progress.clear()
  }
  return { onSend: () => void requests++, stop }
})

/** Ends when the check does, or as soon as this process is told to end and the server is gone. */
const carryOut = Effect.fnUntraced(function* (settings: CheckSettings) {
  const { io } = yield* Output
  const { onSend, stop } = yield* follow(settings)
  const terminated = new AbortController()
  let ended: keyof typeof exitOf | null = null
  const onTerminate = (signal: NodeJS.Signals): void => {
    ended = signal === "SIGHUP" ? signal : "SIGTERM"
    terminated.abort()
  }
  const signals = Signals.outlivesTerminal() ? (["SIGTERM"] as const) : (["SIGTERM", "SIGHUP"] as const)
  for (const signal of signals) process.once(signal, onTerminate)
  const aborted = AbortSignal.any([io.interrupted, terminated.signal])
  const checked = Effect.tryPromise({ try: () => Check.run(settings, { aborted, onSend }), catch: failureOf })
  const cleanUp = Effect.sync(() => {
    stop()
    for (const signal of signals) process.removeListener(signal, onTerminate)
  })
  const report = yield* Effect.exit(Effect.ensuring(checked, cleanUp))
  if (ended !== null) return exitOf[ended]
  if (io.interrupted.aborted) return yield* Effect.interrupt
  return yield* report
})

const writeMarkdown = Effect.fnUntraced(function* (file: string, text: string) {
  const { io, note } = yield* Output
  yield* Files.write(Files.resolve(io.cwd, file), file, text)
  yield* note(`Markdown written to ${file}\n`)
})

const run = Effect.fn("check")(function* (given: Settings.Words) {
  const output = yield* Output
  const settings = yield* settingsOf(given)
  yield* needsProcesses
  const { markdown } = given
  if (markdown !== undefined) yield* OutputFiles.check([{ option: "--markdown", file: markdown }], [])
  // Interruption is seen to by the check itself, which must not leave a server behind.
  const checked = yield* Effect.uninterruptible(carryOut(settings))
  if (typeof checked === "number") return checked
  const report = Assertion.apply(given.assert.map(Assertion.parse), checked)
  if (output.json) yield* output.value(report)
  else yield* output.result(CheckText.render(report, settings, output.stdout))
  if (markdown !== undefined) yield* writeMarkdown(markdown, CheckMarkdown.render(report, settings))
  // What cannot be spoken to was not checked, which is no verdict on it.
  if (Verdict.of(report) === "not checked") return 2
  return report.passed ? 0 : 1
})

/** `ebb check -- COMMAND…` */
export const check = Leaf.make({
  description:
    "Start a server, send it requests, and see what a graceful and a forced rollout cost them. COMMAND is any command " +
    "that starts an HTTP server on the port named by the environment variable PORT.",
  accepts: Settings.accepts,
  examples: [
    "ebb check -- node server.js",
    "ebb check --path /slow --grace 30s -- uvicorn app:app",
    "ebb check --path /v1/chat --body '{}' --header 'Authorization: Bearer key' --ready /health -- ./server",
    "ebb check --linger 5s --assert 'refusedAfter == 0' --assert 'endsWithin < 10s' -- node server.js",
    "ebb check --json -- ./server > check.json"
  ],
  interruptedExit: 130,
  run
})

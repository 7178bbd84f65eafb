import { CommandNotStarted } from "@ebb/processes/Errors"
import * as CurrentSystem from "@ebb/processes/system/CurrentSystem"
import * as Signals from "@ebb/processes/Signals"
import * as Duration from "@ebb/text/Duration"
import { Effect, Schema } from "effect"
import * as Check from "@ebb/drain-check/Check"
import type { CheckSettings } from "@ebb/drain-check/CheckSettings"
import * as CheckText from "./CheckText.ts"
import { CommandFailed, InvalidInput } from "../../kit/Errors.ts"
import { BadValue } from "../../kit/Grammar.ts"
import * as Argument from "../../kit/Argument.ts"
import * as Leaf from "../../kit/Leaf.ts"
import { Output } from "../../kit/Output.ts"
import * as Progress from "../../kit/Progress.ts"
import { quote } from "../../kit/Text.ts"

const rateMax = 1000
const graceMsMax = 3_600_000
const loadMs = 3000
const exitOf = { SIGHUP: 129, SIGTERM: 143 } as const

const duration = (word: string): number => {
  if (!Schema.is(Duration.Duration)(word)) {
    throw new BadValue(`must be a duration such as 500ms, 10s or 2m, got ${quote(word)}`)
  }
  return Duration.toMs(word)
}

const grace = (word: string): number => {
  const ms = duration(word)
  if (ms > graceMsMax) throw new BadValue(`must be at most 1h, got ${quote(word)}`)
  return ms
}

const rate = (word: string): number => {
  const perSecond = Schema.is(Duration.Rate)(word) ? Duration.toPerMs(word) * 1000 : 0
  if (perSecond > 0 && perSecond <= rateMax) return perSecond
  throw new BadValue(`must be a rate over 0 and at most ${rateMax}/s, such as 50/s or 30/m, got ${quote(word)}`)
}

const path = (word: string): string => {
  if (!/^\/[!-~]*$/u.test(word)) throw new BadValue(`must start with / and hold no blanks, got ${quote(word)}`)
  return word
}

const method = (word: string): string => {
  if (!/^[A-Za-z]+$/u.test(word)) throw new BadValue(`must be a method such as GET or POST, got ${quote(word)}`)
  return word.toUpperCase()
}

const accepts = {
  path: Argument.parsed("--path", path, "what to ask for (default: /)"),
  method: Argument.parsed("--method", method, "default: GET, or POST with a body"),
  body: Argument.text("--body", "sent with each request", { metavar: "TEXT" }),
  rate: Argument.parsed("--rate", rate, "requests to send (default: 50/s)"),
  grace: Argument.parsed("--grace", grace, "time from SIGTERM to SIGKILL (default: 10s)", { metavar: "DURATION" }),
  startup: Argument.parsed("--startup", duration, "time it may take to listen (default: 8s)", { metavar: "DURATION" }),
  ...Argument.output,
  command: Argument.words("the command that starts the server, with its arguments", {
    metavar: "-- COMMAND",
    count: "..."
  })
}

type Words = Argument.Given<typeof accepts>

const needsProcesses = Effect.suspend(() => {
  const problem = CurrentSystem.problem()
  return problem === null ? Effect.void : new CommandFailed({ text: `ebb check ${problem}` })
})

const settingsOf = Effect.fnUntraced(function* (given: Words) {
  const { io } = yield* Output
  const [first, ...rest] = given.command
  const command = first === "--" ? rest : given.command
  if (command.length === 0) {
    return yield* new InvalidInput({ text: "Name the command that starts the server: ebb check -- node server.js" })
  }
  const body = given.body ?? null
  const settings: CheckSettings = {
    command,
    cwd: io.cwd,
    request: { method: given.method ?? (body === null ? "GET" : "POST"), path: given.path ?? "/", body },
    ratePerSecond: given.rate ?? 50,
    graceMs: given.grace ?? 10_000,
    startupMs: given.startup ?? 8000,
    loadMs
  }
  return settings
})

const failureOf = (because: unknown): InvalidInput | CommandFailed => {
  if (because instanceof CommandNotStarted) return new InvalidInput({ text: because.message, because })
  return new CommandFailed({ text: because instanceof Error ? because.message : String(because), because })
}

const progressEveryMs = 250
const betweenMs = 1000

/** A progress line in seconds; how long a start and a drain take is not known beforehand. */
const follow = Effect.fnUntraced(function* (settings: CheckSettings) {
  const { io } = yield* Output
  const progress = Progress.make(io, () => performance.now(), "seconds")
  const startMs = performance.now()
  const total = Math.ceil((2 * (settings.loadMs + betweenMs)) / 1000)
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

const run = Effect.fn("check")(function* (given: Words) {
  const output = yield* Output
  const settings = yield* settingsOf(given)
  yield* needsProcesses
  // Interruption is seen to by the check itself, which must not leave a server behind.
  const report = yield* Effect.uninterruptible(carryOut(settings))
  if (typeof report === "number") return report
  if (output.json) yield* output.value(report)
  else yield* output.result(CheckText.render(report, settings, output.stdout))
  return report.passed ? 0 : 1
})

/** `ebb check -- COMMAND…` */
export const check = Leaf.make({
  description:
    "Start a server, send it requests, and see what a graceful and a forced rollout cost them. COMMAND is any command " +
    "that starts an HTTP server on the port named by the environment variable PORT.",
  accepts,
  examples: [
    "ebb check -- node server.js",
    "ebb check --path /slow --grace 30s -- uvicorn app:app",
    "ebb check --json -- ./server > check.json"
  ],
  interruptedExit: 130,
  run
})

import * as Orphans from "@ebb/processes/Orphans"
import * as Signals from "@ebb/processes/Signals"
import * as Presets from "@ebb/sim/spec/Presets"
import type { Server as SandboxServer, ServerOptions } from "@ebb/runtime/Server"
import { PortInUse } from "@ebb/runtime/doors/PortInUse"
import * as Disk from "@ebb/runtime/edge/Disk"
import * as Limits from "@ebb/runtime/edge/Limits"
import * as Format from "@ebb/text/Format"
import { Effect } from "effect"
import { dirname } from "node:path"
import { CommandFailed, InvalidInput } from "../../kit/Errors.ts"
import * as Files from "../../kit/Files.ts"
import { BadValue } from "../../kit/Grammar.ts"
import * as Argument from "../../kit/Argument.ts"
import * as Leaf from "../../kit/Leaf.ts"
import { Output } from "../../kit/Output.ts"
import { quote } from "../../kit/Text.ts"
import * as Addresses from "./Addresses.ts"
import * as Banner from "./Banner.ts"
import * as DataFolder from "../../sandbox/DataFolder.ts"
import * as Detached from "./Detached.ts"
import * as RunningSandbox from "../../sandbox/RunningSandbox.ts"

const speed = (word: string): number => {
  const value = Number(word)
  if (!(value > 0 && value <= 1000)) throw new BadValue(`must be a number over 0 and at most 1000, got ${quote(word)}`)
  return value
}

const limit = (word: string): string => {
  const [name = "", value = ""] = word.split("=")
  if (!Limits.isLimitName(name)) {
    throw new BadValue(`${quote(name)} is no limit; they are ${Object.keys(Limits.limits).join(", ")}`)
  }
  if (!/^[1-9]\d{0,14}$/.test(value))
    throw new BadValue(`${name} must be a whole number from 1 on, got ${quote(value)}`)
  return word
}

const accepts = {
  preset: Argument.choice("--preset", Presets.names, "an app that ships with ebb, as ebb rehearse plays it"),
  data: Argument.text("--data", "where it keeps everything (default: .ebb here if it exists, else ~/.ebb)", {
    metavar: "DIR"
  }),
  port: Argument.parsed("--port", Addresses.port, "for HTTP and gRPC; 0 takes a free one (default: 8787)"),
  httpPort: Argument.parsed("--http-port", Addresses.port, "a direct HTTP listener for heavy load", {
    metavar: "PORT"
  }),
  tls: Argument.flag("--tls", "listen with https as well, on the next port (default)", { exclusive: "tls" }),
  noTls: Argument.flag("--no-tls", "without https: clients that speak nothing else cannot connect", {
    exclusive: "tls"
  }),
  speed: Argument.parsed("--speed", speed, "let time pass N times as fast (default: 1)", { metavar: "N" }),
  listen: Argument.parsed("--listen", Addresses.listen, "address to listen on (default: 127.0.0.1)", {
    metavar: "ADDR"
  }),
  allowHost: Argument.repeated("--allow-host", "another name that this host is reached by (may be repeated)", {
    metavar: "H",
    convert: Addresses.host
  }),
  allowOrigin: Argument.repeated("--allow-origin", "another origin whose pages may connect (may be repeated)", {
    metavar: "O",
    convert: Addresses.origin
  }),
  allowProcesses: Argument.flag(
    "--allow-processes",
    "run commands and handlers of specs even when it listens beyond this machine"
  ),
  limit: Argument.repeated("--limit", "change a limit, see ebb docs limits (may be repeated)", {
    metavar: "NAME=N",
    convert: limit
  }),
  detach: Argument.flag("--detach", "return once it listens"),
  empty: Argument.flag("--empty", "without the example app"),
  ...Argument.output,
  specs: Argument.words("apps to run, each a YAML or JSON file", { metavar: "SPEC" })
}

type Words = Argument.Given<typeof accepts>

const portDefault = 8787

const isLoopback = (address = "127.0.0.1"): boolean => /^(localhost|127(\.\d+){3}|::1)$/.test(address)

const optionsOf = Effect.fnUntraced(function* (given: Words, folder: string) {
  const { io } = yield* Output
  const specs = yield* Effect.forEach(given.specs, (file) => {
    const path = Files.resolve(io.cwd, file)
    return Effect.map(Files.read(path, file), (text) => ({ file, folder: dirname(path), text }))
  })
  const preset = given.preset
  if (preset !== undefined) {
    specs.push({ file: `preset ${preset}`, folder: io.cwd, text: Presets.presets[preset] })
  }
  const { page } = yield* Effect.promise(() => import("@ebb/dashboard/Serve"))
  const options: ServerOptions = {
    data: folder,
    speed: given.speed ?? 1,
    allowProcesses: given.allowProcesses || isLoopback(given.listen),
    host: given.listen ?? "127.0.0.1",
    port: given.port ?? portDefault,
    httpPort: given.httpPort ?? null,
    tls: !given.noTls,
    allowed: { hosts: given.allowHost, origins: given.allowOrigin },
    page,
    specs,
    empty: given.empty
  }
  return options
})

/** The system refuses the data directory or a folder on the way to it: it is a file, or may not be written. */
const isFileTrouble = (error: unknown, folder: string): boolean => {
  if (!(error instanceof Error && "path" in error)) return false
  const path = String(error.path)
  return path.startsWith(folder) || folder.startsWith(path)
}

const portFlags = { port: "--port", httpPort: "--http-port" } as const

const failureOf = (error: unknown, options: ServerOptions, shown: string): CommandFailed | InvalidInput => {
  const tag = typeof error === "object" && error !== null && "_tag" in error ? error._tag : null
  if (tag === "DatabaseLocked") {
    const holder = RunningSandbox.find(options.data)
    const text =
      holder === null
        ? `${shown} is in use by another process. Keep this sandbox elsewhere with --data DIR`
        : `A sandbox with its data in ${shown} is up already, at ${holder.url} (pid ${holder.pid}). End it with: ebb down`
    return new CommandFailed({ text, because: error })
  }
  if (error instanceof PortInUse) {
    const text = `${error.message}. Choose another with ${portFlags[error.option]}, or 0 for a free one`
    return new CommandFailed({ text, because: error })
  }
  const trouble = Addresses.trouble(error, options)
  if (trouble !== null) return trouble
  const disk = Disk.problemOf(error)
  if (disk !== null) {
    return new CommandFailed({ text: `The data directory ${shown} cannot be written: ${disk}`, because: error })
  }
  if (isFileTrouble(error, options.data)) {
    return new CommandFailed({ text: `${shown}: ${Files.reason(error)}`, because: error })
  }
  const message = error instanceof Error ? error.message : String(error)
  return tag === "Refused"
    ? new InvalidInput({ text: message, because: error })
    : new CommandFailed({ text: tag === null ? `${shown} cannot be opened: ${message}` : message, because: error })
}

const start = Effect.fnUntraced(function* (options: ServerOptions, shown: string) {
  const { Server } = yield* Effect.promise(() => import("@ebb/runtime/Server"))
  const { survive } = yield* Effect.promise(() => import("@ebb/runtime/edge/Defects"))
  survive()
  return yield* Effect.tryPromise({
    try: () => Server.start(options),
    catch: (error) => failureOf(error, options, shown)
  })
})

/** Resolves at Ctrl-C, SIGTERM, the end of the terminal, or `ebb down`. */
const ending = (server: SandboxServer, interrupted: AbortSignal): Promise<"interrupted" | "asked"> =>
  new Promise((resolve) => {
    process.once("SIGTERM", () => resolve("asked"))
    if (!Signals.outlivesTerminal()) process.once("SIGHUP", () => resolve("interrupted"))
    interrupted.addEventListener("abort", () => resolve("interrupted"), { once: true })
    void server.goingDown.asked.then(() => resolve("asked"))
  })

const drainMsMax = 3_600_000

/** What going down waits for, and what it leaves; null for neither. */
const goingDown = ({ goingDown: { gate } }: SandboxServer): string | null => {
  const unfinished = gate.unfinished()
  const ending = gate.ending()
  const queued = gate.queued()
  const parts = [
    ...(unfinished === 0
      ? []
      : [`${Format.counted(unfinished, "request")} in flight ${unfinished === 1 ? "finishes" : "finish"} first`]),
    ...(ending === 0
      ? []
      : [`${Format.counted(ending, "runner")} of a rollout ${ending === 1 ? "ends" : "end"} first`]),
    ...(queued === 0
      ? []
      : [`${Format.counted(queued, "request")} in the queue ${queued === 1 ? "waits" : "wait"} for the next ebb up`])
  ]
  return parts.length === 0 ? null : `Going down: ${parts.join(", ")}.\n`
}

const drain = Effect.fnUntraced(function* (server: SandboxServer) {
  const { io, note } = yield* Output
  const { drain: drained, endProcesses, gate } = server.goingDown
  gate.close()
  const told = goingDown(server)
  if (told !== null) yield* note(told)
  // Ctrl-C while it waits ends it there and then.
  const enough = AbortSignal.any([AbortSignal.timeout(drainMsMax), io.interrupted])
  yield* Effect.promise(() => drained(enough))
  yield* Effect.promise(endProcesses)
})

const serve = Effect.fnUntraced(function* (server: SandboxServer, ended: ReturnType<typeof ending>) {
  const how = yield* Effect.promise(() => ended)
  if (how === "asked") yield* drain(server)
  yield* Effect.promise(() => server.stop())
  return 0
})

const run = Effect.fn("up")(function* (given: Words) {
  const output = yield* Output
  const folder = DataFolder.locate(output.io, given.data)
  const shown = DataFolder.shown(output.io.cwd, folder)
  const clash = Addresses.clash(given.port ?? portDefault, given.httpPort ?? null, !given.noTls)
  if (clash !== null) return yield* clash
  if (given.detach) {
    const words = ["up", ...Argument.wordsOf(accepts, { ...given, detach: false, data: folder })]
    yield* output.result(yield* Detached.start([...words, ...(output.json ? ["--json"] : [])], folder, shown))
    return 0
  }
  for (const [name = "", value] of given.limit.map((word) => word.split("="))) {
    if (Limits.isLimitName(name)) Limits.limits[name] = Number(value)
  }
  const options = yield* optionsOf(given, folder)
  const server = yield* start(options, shown)
  const { applied, mark, problems } = server.started
  for (const { app, change, ignored } of applied) {
    const left = ignored.length === 0 ? "" : `; ignored, as only ebb rehearse uses it: ${ignored.join(", ")}`
    yield* output.note(`${app}: ${change}${left}\n`)
  }
  for (const { app, problem } of problems) {
    yield* output.note(`${app} can start no runner: ${problem}. Deploy ${app} anew.\n`)
  }
  // However this process ends, short of SIGKILL: its runners end with it.
  process.once("exit", () => Orphans.killNow(mark))
  // Before anybody is told that it is up, and may tell it to go down.
  const ended = ending(server, output.io.interrupted)
  const isNamed = given.specs.length > 0 || given.preset !== undefined
  const hasSpec = !isNamed && Files.exists(Files.resolve(output.io.cwd, "ebb.yaml"))
  const banner = yield* Effect.promise(() => Banner.of(hasSpec, server, shown, output.io.env))
  yield* output.json ? output.value(banner.value) : output.result(banner.text)
  // Interruption is how it ends: the command itself closes what it opened.
  return yield* Effect.uninterruptible(serve(server, ended))
})

/** `ebb up [SPEC…]` */
export const up = Leaf.make({
  description: "Start the sandbox: the platform on this machine, with its queue, autoscaler and runners.",
  accepts,
  examples: ["ebb up", "ebb up ebb.yaml --port 0 --speed 10", "ebb up --detach"],
  interruptedExit: 0,
  run
})

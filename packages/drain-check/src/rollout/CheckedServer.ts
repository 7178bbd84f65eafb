import { ExitedBeforeReady } from "@ebb/processes/Errors"
import * as Orphans from "@ebb/processes/Orphans"
import * as Owner from "@ebb/processes/Owner"
import * as Ports from "@ebb/processes/Ports"
import * as ProcessGroup from "@ebb/processes/ProcessGroup"
import * as Ready from "@ebb/processes/Ready"
import * as ShellWords from "@ebb/text/ShellWords"
import { Schema } from "effect"
import { whysDown } from "../CheckReport.ts"
import type { CheckSettings } from "../CheckSettings.ts"

const linesMax = 15

/** The server did not come up, or did not stay. */
export class ServerDown extends Schema.TaggedError<ServerDown>()("ServerDown", {
  why: Schema.Literals(whysDown),
  text: Schema.String,
  /** The end of what it printed. */
  lines: Schema.Array(Schema.String)
}) {
  override get message(): string {
    return this.text
  }
}

/** A server that was started to be checked. */
export interface CheckedServer {
  readonly group: ProcessGroup.ProcessGroup
  readonly port: number
  /** Where to connect to. */
  readonly host: string
  /** The newest lines that it printed. */
  readonly lines: () => ReadonlyArray<string>
}

/** A server's processes, whether it is ready or not. */
export interface Started extends Omit<CheckedServer, "host"> {
  readonly mark: string
  readonly startMs: number
  /** Ends its processes should this one end before them. */
  readonly onExit: () => void
}

const kind = "check"

/** Starts the command with a port of its own; throws CommandNotStarted where there is no such command. */
export const start = async ({ command, cwd }: CheckSettings): Promise<Started> => {
  // A check that was killed could not see to its server.
  await Orphans.killAbandoned(kind)
  const port = await Ports.draw()
  const mark = Owner.newMark(kind)
  const lines: Array<string> = []
  const onLine = (_stream: "stdout" | "stderr", line: string): void => {
    if (line.trim() !== "" && lines.push(line) > linesMax) lines.shift()
  }
  const startMs = performance.now()
  const group = ProcessGroup.spawn({ command, cwd, env: {}, port, mark, onLine })
  const onExit = (): void => Orphans.killNow(mark)
  process.once("exit", onExit)
  return { group, port, mark, startMs, onExit, lines: () => [...lines] }
}

/** Ends every process that came of it. */
export const end = async ({ mark, onExit }: Started): Promise<void> => {
  await Orphans.killAll(mark)
  process.removeListener("exit", onExit)
}

const howItEnded = ({ code, signal }: ProcessGroup.Exit): string =>
  signal === null ? `with exit code ${code}` : `by ${signal}`

/** The command line that gives it the port as an argument: in place of the one that it names, else at its end. */
const viaShell = ({ command }: CheckSettings, ports: ReadonlyArray<number>): string => {
  const words = command.map((word) => (ports.includes(Number(word)) ? "$PORT" : ShellWords.command([word])))
  if (!words.includes("$PORT")) words.push(words.includes("http.server") ? "$PORT" : "--port $PORT")
  return ShellWords.command(["ebb", "check", "--", "sh", "-c", `exec ${words.join(" ")}`])
}

const whyNotReady = (server: Started, settings: CheckSettings, error: unknown): ServerDown => {
  const lines = server.lines()
  if (error instanceof ExitedBeforeReady) {
    const text = `The command ended ${howItEnded(error)} before it listened on PORT=${server.port}.`
    return new ServerDown({ why: "ends-before-it-listens", text, lines })
  }
  const listened = new Set(Ready.listenersOf(server.group).map(({ port }) => port))
  const others = [...listened].filter((port) => port !== server.port)
  if (others.length > 0) {
    const text =
      `The server listens on port ${others.join(" and ")}, not on PORT=${server.port}. It must read PORT from its ` +
      `environment; if it takes the port as an argument, start it through a shell:\n  ${viaShell(settings, others)}`
    return new ServerDown({ why: "listens-elsewhere", text, lines })
  }
  const text =
    `Nothing listened on PORT=${server.port} within ${settings.startupMs / 1000} s. The server must read PORT from its ` +
    "environment; if it needs longer to start, allow more time with --startup 60s."
  return new ServerDown({ why: "does-not-listen", text, lines })
}

/** Waits until it listens. */
export const listening = async (
  server: Started,
  settings: CheckSettings,
  aborted: AbortSignal
): Promise<CheckedServer> => {
  const { group, port } = server
  const signal = AbortSignal.any([aborted, AbortSignal.timeout(settings.startupMs)])
  try {
    const { host } = await Ready.wait({ group, port, ready: {}, signal })
    return { ...server, host }
  } catch (error) {
    throw whyNotReady(server, settings, error)
  }
}

/** That it ended by itself while it was only asked for answers. */
export const endedUnderLoad = ({ group, lines }: CheckedServer): ServerDown =>
  new ServerDown({
    why: "ends-under-load",
    text: `The server ended ${howItEnded(group.exit ?? { code: null, signal: null })} under requests alone, before any signal.`,
    lines: lines()
  })

/** That it speaks nothing that can be spoken here. */
export const unknownProtocol = ({ lines, port }: CheckedServer, isTls: boolean): ServerDown =>
  new ServerDown({
    why: "unknown-protocol",
    text: isTls
      ? `The server on PORT=${port} did not complete a TLS handshake. Leave --tls out if it speaks plain HTTP.`
      : `The server on PORT=${port} answers neither HTTP/1.1 nor TLS nor HTTP/2, so nothing was checked. ebb check speaks ` +
        "these three: check a server that speaks something else through the proxy in front of it.",
    lines: lines()
  })

/** That it never answered at the path that tells of its being ready. */
export const neverReady = (
  { lines }: CheckedServer,
  { readyPath, startupMs }: CheckSettings,
  last: string
): ServerDown =>
  new ServerDown({
    why: "never-ready",
    text:
      `GET ${readyPath} was not answered with a status below 400 within ${startupMs / 1000} s (last: ${last}). Correct the ` +
      "path after --ready, or allow more time with --startup 60s.",
    lines: lines()
  })

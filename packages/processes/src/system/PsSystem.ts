import { spawnSync } from "node:child_process"
import * as Lsof from "./Lsof.ts"
import * as Marks from "./Marks.ts"
import type { AtPort, Disposition, Entry, Listener, Living, System } from "./System.ts"

/**
 * What the program prints, which is nothing where it finds nothing. No variable of ours reaches it, or it would be found by
 * our own marks; and times come in English, of UTC. Throws where it cannot be run: that nobody was asked must not pass for
 * an answer, or whoever lives would be taken for gone.
 */
const run = (program: string, args: ReadonlyArray<string>): string => {
  const env = { PATH: `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin`, LC_ALL: "C", TZ: "UTC" }
  const { error, stdout } = spawnSync(program, args, { encoding: "latin1", env, maxBuffer: 1 << 28 })
  if (error !== undefined) throw new Error(`the program ${program} cannot be run: ${error.message}`, { cause: error })
  return stdout
}

const canRun = (program: string, ...args: ReadonlyArray<string>): boolean => {
  try {
    run(program, args)
    return true
  } catch {
    return false
  }
}

const ps = (...args: ReadonlyArray<string>): string => run("ps", args)
/** Sockets only, by numbers, and asked for directly: by default each question goes through a process of its own. */
const lsof = (...args: ReadonlyArray<string>): string => run("lsof", ["-w", "-O", "-nP", ...args, ...Lsof.fields])

/** The words by which ps shows the environment behind the command; in macOS and elsewhere they differ. */
const withEnvironment = process.platform === "darwin" ? "-Eww" : "eww"
const everyProcess = process.platform === "darwin" ? ["-A", withEnvironment] : [`ax${withEnvironment}`]
const columns = ["-o", "pid=", "-o", "ppid=", "-o", "pgid=", "-o", "state=", "-o", "lstart="]
const line = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S)\S*\s+(\w{3}\s+\w{3}\s+\d+\s+[\d:]+\s+\d{4})(?: (.*))?$/

const msPerSecond = 1000
/** So long it is taken for granted which processes have to do with a port. */
const seenForMs = 2000

interface Row extends Entry {
  readonly command: string
}

const rowOf = (text: string): ReadonlyArray<Row> => {
  const [, pid, parentPid, groupPid, state = "?", started, command = ""] = line.exec(text) ?? []
  if (pid === undefined) return []
  const start = Date.parse(`${started} UTC`) / msPerSecond
  return [{ pid: Number(pid), parentPid: Number(parentPid), groupPid: Number(groupPid), state, start, command }]
}

const rows = (text: string): ReadonlyArray<Row> => text.split("\n").flatMap(rowOf)

const markPattern = new RegExp(`(?:^| )(?:${Marks.sandboxName}|${Marks.runnerName})=(\\S+)`, "g")

/** The marks in the environment, which is shown behind the command as it was typed. */
const marksIn = (shown: string, typed: () => string): ReadonlyArray<string> => {
  if (shown.match(markPattern) === null) return []
  const command = typed()
  const environment = shown.startsWith(command) ? shown.slice(command.length) : ""
  return [...environment.matchAll(markPattern)].flatMap(([, value]) => (value === undefined ? [] : [value]))
}

/** The commands of all processes, asked for once and only if somebody wants to know. */
const commands = (): ((pid: number) => string) => {
  let found: ReadonlyMap<number, string> | null = null
  return (pid) => {
    found ??= new Map(rows(ps("-A", "-ww", ...columns, "-o", "command=")).map((row) => [row.pid, row.command]))
    return found.get(pid) ?? ""
  }
}

/** The programs ps and lsof, which macOS has as well: it shows nothing of its own under /proc. */
export class PsSystem implements System {
  /** What is missing, as a sentence; null where both programs are there. */
  static problem(): string | null {
    const missing = canRun("ps", "-p", "1") ? (canRun("lsof", "-v") ? null : "lsof") : "ps"
    return missing === null ? null : `asks the program ${missing} about processes, which is not on the PATH`
  }

  readonly isSlow = true

  readonly #seenAt = new Map<number, { readonly atMs: number; readonly pids: ReadonlyArray<number> }>()

  entry(pid: number): Entry | undefined {
    const [row] = rows(ps(...columns, "-p", String(pid)))
    return row
  }

  /** Seconds; ps works them out from the age of the process, and so they may be one off. */
  isSameStart(one: number, other: number): boolean {
    return Math.abs(one - other) <= 1
  }

  /** Asked of the kernel itself: it is asked again and again while requests are under way. */
  isRunning(pid: number): boolean {
    try {
      return process.kill(pid, 0)
    } catch (error) {
      return error instanceof Error && "code" in error && error.code === "EPERM"
    }
  }

  living(): ReadonlyArray<Living> {
    const typed = commands()
    return rows(ps(...everyProcess, ...columns, "-o", "command="))
      .filter(({ pid, state }) => pid !== process.pid && state !== "Z")
      .map(({ command, ...entry }) => ({ ...entry, marks: () => marksIn(command, () => typed(entry.pid)) }))
  }

  marksOf(pid: number): ReadonlyArray<string> {
    const shown = ps(withEnvironment, "-o", "command=", "-p", String(pid)).trimEnd()
    return marksIn(shown, () => ps("-ww", "-o", "command=", "-p", String(pid)).trimEnd())
  }

  /** Never that of a system which counts the starts of processes otherwise. */
  namespace(): string {
    return "1"
  }

  /** Never "default": whether a process waits for a signal without a handler is not to be known. */
  dispositionOf(pid: number, signal: number): Disposition | undefined {
    const masks = ps("-o", "caught=", "-o", "ignored=", "-p", String(pid)).trim().split(/\s+/)
    const [caught, ignored] = masks.map((mask) => BigInt(`0x${mask === "" ? "0" : mask}`))
    if (caught === undefined || ignored === undefined) return undefined
    const holds = (mask: bigint): boolean => ((mask >> BigInt(signal - 1)) & 1n) !== 0n
    if (holds(caught)) return "handled"
    return holds(ignored) ? "ignored" : undefined
  }

  executableOf(pid: number): string | null {
    const name = ps("-ww", "-o", "comm=", "-p", String(pid)).trim()
    return name === "" ? null : name
  }

  listeners(): ReadonlyArray<Listener> {
    return Lsof.listeners(lsof("-iTCP", "-sTCP:LISTEN"))
  }

  heldBy(pids: ReadonlyArray<number>): ReadonlySet<number> {
    if (pids.length === 0) return new Set()
    const output = lsof("-a", "-p", pids.join(","), "-iTCP")
    return new Set(Lsof.files(output).map(({ inode }) => inode))
  }

  /** To go through all processes takes ten times as long as through those that were seen at the port a moment ago. */
  snapshot(port: number): () => AtPort {
    const known = this.#seenAt.get(port)
    const isFresh = known !== undefined && performance.now() - known.atMs < seenForMs
    const output = lsof(...(isFresh ? ["-a", "-p", known.pids.join(",")] : []), `-iTCP:${port}`)
    if (!isFresh) this.#seenAt.set(port, { atMs: performance.now(), pids: [process.pid, ...Lsof.pids(output)] })
    return () => {
      const sockets = Lsof.files(output)
      return {
        own: sockets.filter((socket) => socket.port === port),
        callers: sockets.filter((socket) => socket.peerPort === port)
      }
    }
  }

  openFilesMax(): number | null {
    const soft = Number(run("sh", ["-c", "ulimit -n"]))
    return Number.isInteger(soft) && soft > 0 ? soft : null
  }
}

import { type ChildProcess, spawn as spawnChild } from "node:child_process"
import { existsSync, statSync } from "node:fs"
import { basename, resolve as resolvePath } from "node:path"
import type { Readable } from "node:stream"
import { CommandNotStarted } from "./Errors.ts"
import { Lines } from "./Lines.ts"
import * as Orphans from "./Orphans.ts"
import * as ProcessTable from "./ProcessTable.ts"
import * as CurrentSystem from "./system/CurrentSystem.ts"
import type * as Signals from "./Signals.ts"

/** What a group is started from. */
export interface Options {
  /** The program and its arguments; no shell reads them. */
  readonly command: ReadonlyArray<string>
  readonly cwd: string
  /** Added to the environment of ebb itself. */
  readonly env: Readonly<Record<string, string>>
  /** Given to the command as `PORT`. */
  readonly port: number
  /** Given as `EBB_SANDBOX`; by it every descendant is found again. */
  readonly mark: string
  /** Given as `EBB_RUNNER`: tells the group from others with the same mark. */
  readonly runner?: string
  /** Each line of output, without its end; a very long one is cut. */
  readonly onLine: (stream: "stdout" | "stderr", line: string) => void
}

/** How a process ended: with an exit code, or by a signal. */
export interface Exit {
  readonly code: number | null
  readonly signal: string | null
}

/**
 * The search path without the folder that `bun --bun` puts in front of it, in which `node` is Bun itself: the command is the
 * user's, and so is the node it is run by.
 */
const ownPath = (path: string): string =>
  path
    .split(":")
    .filter((folder) => !basename(folder).startsWith("bun-node"))
    .join(":")

/** The environment that every process of ours inherits. */
const inherited = (): NodeJS.ProcessEnv => {
  const { PATH } = process.env
  return PATH === undefined ? process.env : { ...process.env, PATH: ownPath(PATH) }
}

/** What a group is started with, and whatever runs beside it; a runner's own mark must not be that of whoever started ebb. */
export const environmentOf = ({ env, mark, port, runner = "" }: Environment): NodeJS.ProcessEnv => ({
  ...inherited(),
  ...env,
  ...(port === null ? {} : { PORT: String(port) }),
  [ProcessTable.sandboxName]: mark,
  [ProcessTable.runnerName]: runner
})

/** `port`: null before it is known. */
type Environment = Pick<Options, "env" | "mark" | "runner"> & { readonly port: number | null }

const start = ({ command, cwd, ...options }: Options): ChildProcess => {
  const [program = "", ...args] = command
  return spawnChild(program, args, {
    cwd,
    detached: true,
    env: environmentOf(options),
    stdio: ["ignore", "pipe", "pipe"]
  })
}

/** Most failures leave a child without a pid; a few, such as a file in no known format, are thrown. */
const tryStart = (options: Options): ChildProcess | undefined => {
  try {
    return start(options)
  } catch {
    return undefined
  }
}

/** Reads a stream to its end without ever holding it back, so that a chatty process cannot block on its output. */
const readLines = (stream: Readable | null, onLine: (line: string) => void): void => {
  if (stream === null) return
  const lines = new Lines(onLine)
  stream.setEncoding("utf8")
  stream.on("data", (piece: string) => lines.push(piece))
  stream.on("end", () => lines.end())
  stream.on("error", () => lines.end())
}

/** Why nothing came of a start: the system says so only later, when nobody waits for it any more. */
const whyNotStarted = ({ command, cwd }: Options): string => {
  if (!existsSync(cwd)) return `there is no directory ${cwd}`
  const [program = ""] = command
  const path = resolvePath(cwd, program)
  if (program.includes("/") && existsSync(path)) {
    return statSync(path).isDirectory() ? `${program} is a directory` : `${program} cannot be executed`
  }
  return `there is no command ${JSON.stringify(program)}`
}

const isGone = (error: unknown): boolean => error instanceof Error && "code" in error && error.code === "ESRCH"

/** A command that runs as a process group of its own. */
export class ProcessGroup {
  /** The pid of the command itself, which is also the number of its group. */
  readonly pid: number
  /** What its processes carry, and no others. */
  readonly mark: string
  /** When the command itself has ended; others of its group may live on. */
  readonly exited: Promise<Exit>
  /** Processes outside the group that were seen to belong to the command. */
  kin: ReadonlyArray<Orphans.Orphan> = []
  #exit: Exit | undefined

  private constructor(child: ChildProcess, pid: number, mark: string) {
    this.pid = pid
    this.mark = mark
    this.exited = new Promise((resolve) => {
      child.once("exit", (code, signal) => {
        this.#exit = { code, signal }
        resolve(this.#exit)
      })
    })
  }

  /** Starts the command; throws {@link CommandNotStarted} when the system cannot. */
  static spawn(options: Options): ProcessGroup {
    const child = tryStart(options)
    // The missing pid tells of a failure already; an "error" event that nobody listens to would end ebb.
    child?.on("error", () => {})
    if (child?.pid === undefined) {
      throw new CommandNotStarted({ command: options.command, because: whyNotStarted(options) })
    }
    readLines(child.stdout, (line) => options.onLine("stdout", line))
    readLines(child.stderr, (line) => options.onLine("stderr", line))
    return new ProcessGroup(child, child.pid, options.runner ?? options.mark)
  }

  /** How the command ended; undefined while it runs. */
  get exit(): Exit | undefined {
    return this.#exit
  }

  /** Whether the command itself runs; false from its end on, though that may be told of a little later. */
  get isRunning(): boolean {
    return this.#exit === undefined && ProcessTable.isRunning(this.pid)
  }

  /**
   * Sends SIGTERM, or the signal that it stops on, to the command itself. Not to its group: a platform signals the main process of a container and nothing
   * else, so a shell in front of the server, which passes no signal on, must be seen to swallow it here too.
   */
  terminate(signal: Signals.StopSignal = "SIGTERM"): void {
    if (this.#exit === undefined) this.#signal(this.pid, signal)
  }

  /** Sends SIGKILL to the whole group. */
  kill(): void {
    if (this.#exit === undefined) return this.#signal(-this.pid, "SIGKILL")
    // Once the command is gone and reaped its number may name a stranger's group: each member is looked at then.
    for (const member of this.members()) Orphans.signal({ ...member, mark: null }, "SIGKILL")
  }

  /** Stops the whole group in its tracks until {@link thaw}. */
  freeze(): void {
    if (this.#exit === undefined) this.#signal(-this.pid, "SIGSTOP")
  }

  /** Lets a frozen group go on. */
  thaw(): void {
    if (this.#exit === undefined) this.#signal(-this.pid, "SIGCONT")
  }

  /** What `look` sees. Where that takes long the group stands still meanwhile, so that it is seen as it is at one instant. */
  seen<A>(look: () => A): A {
    if (!CurrentSystem.current().isSlow) return look()
    this.freeze()
    try {
      return look()
    } finally {
      this.thaw()
    }
  }

  /** The living processes of the group: they carry its mark, or have cleared their environment. */
  members(): ReadonlyArray<ProcessTable.Entry> {
    const living = ProcessTable.living()
    // A stranger's group of that number has a stranger of that number, while its number is taken from the start.
    const isStrangers = this.#exit !== undefined && living.some(({ pid }) => pid === this.pid)
    return living.filter(
      ({ groupPid, pid }) => groupPid === this.pid && (!isStrangers || ProcessTable.hasMark(pid, this.mark))
    )
  }

  #signal(pid: number, name: NodeJS.Signals): void {
    try {
      process.kill(pid, name)
    } catch (error) {
      if (!isGone(error)) throw error
    }
  }
}

/** Starts a command as a process group of its own. */
export const spawn = (options: Options): ProcessGroup => ProcessGroup.spawn(options)

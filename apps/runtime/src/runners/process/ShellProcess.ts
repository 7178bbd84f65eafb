import * as ProcessGroup from "@ebb/processes/ProcessGroup"
import { spawn } from "node:child_process"
import { constants } from "node:os"
import type { ShellRunner, ShellSession, TerminalSize } from "../../kernel/ShellSession.ts"
import type { Command } from "./Command.ts"
import type { Run } from "./Run.ts"

const shell = ["sh", "-i"]
const shellSize: TerminalSize = { rows: 24, columns: 80 }
const notStarted = 127
const signalled = 128
const endOfInput = "\u0004"

/** What a command is started from. */
interface Start {
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
}

/** A session leads a process group of its own, whose number is its pid. */
const killGroup = (pid: number | undefined): void => {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL")
  } catch {
    // It has ended already.
  }
}

const exitOf = (code: number | null, signal: NodeJS.Signals | null): number =>
  code ?? signalled + (signal === null ? 0 : constants.signals[signal])

/** What a command writes, as a stream; `take` after `close` is no fault: a terminal may speak once more. */
const outlet = () => {
  let controller: ReadableStreamDefaultController<Uint8Array> | null = null
  const output = new ReadableStream<Uint8Array>({
    start: (own) => {
      controller = own
    }
  })
  const take = (chunk: Uint8Array): void => controller?.enqueue(chunk)
  const close = (): void => {
    controller?.close()
    controller = null
  }
  return { output, take, close }
}

/** What comes of a command that could not be started. */
const failed = (error: unknown): ShellSession => {
  const { close, output, take } = outlet()
  take(Buffer.from(`${error instanceof Error ? error.message : String(error)}\n`))
  close()
  const nothing = (): void => {}
  return { output, exitCode: Promise.resolve(notStarted), write: nothing, resize: nothing, end: nothing, kill: nothing }
}

/** On a terminal of its own. */
const onTerminal = (words: ReadonlyArray<string>, { cwd, env }: Start, size: TerminalSize): ShellSession => {
  const { close, output, take } = outlet()
  const ended = Promise.withResolvers<void>()
  const child = Bun.spawn([...words], {
    cwd,
    env,
    terminal: {
      cols: size.columns,
      rows: size.rows,
      data: (_, data) => take(Uint8Array.from(data)),
      exit: () => ended.resolve()
    }
  })
  const terminal = child.terminal!
  const exitCode = child.exited.then(async (code) => {
    // What it wrote last may still be on its way; a job that it left behind may hold the terminal for ever.
    await Promise.race([ended.promise, Bun.sleep(lastOutputMs)])
    terminal.close()
    close()
    return code
  })
  return {
    output,
    exitCode,
    write: (data) => void terminal.write(Uint8Array.from(data)),
    resize: (rows, columns) => terminal.resize(columns, rows),
    end: () => void terminal.write(endOfInput),
    kill: () => killGroup(child.pid)
  }
}

const lastOutputMs = 200

/** With its input and output as they are. */
const plain = (words: ReadonlyArray<string>, { cwd, env }: Start): ShellSession => {
  const [program = "", ...args] = words
  const child = spawn(program, args, { cwd, env, detached: true, stdio: ["pipe", "pipe", "pipe"] })
  const { close, output, take } = outlet()
  child.stdout.on("data", take)
  child.stderr.on("data", take)
  child.stdin.on("error", () => {})
  const exitCode = new Promise<number>((resolve) => {
    child.on("error", (error) => {
      take(Buffer.from(`${error.message}\n`))
      close()
      resolve(notStarted)
    })
    child.on("close", (code, signal) => {
      close()
      resolve(exitOf(code, signal))
    })
  })
  return {
    output,
    exitCode,
    write: (data) => void child.stdin.write(data),
    // It has no size.
    resize: () => {},
    end: () => void child.stdin.end(),
    kill: () => killGroup(child.pid)
  }
}

/** The process that a command runs beside. */
interface Beside extends Pick<Command, "cwd" | "env"> {
  readonly mark: string
  readonly port: Run["port"]
}

/** Runs a command beside a runner's process, in its folder and with its environment; without one, a shell. */
export const open = (
  { id, variables }: ShellRunner,
  { cwd, env, mark, port }: Beside,
  command: ReadonlyArray<string>,
  terminal: TerminalSize | null
): ShellSession => {
  const start = { cwd, env: ProcessGroup.environmentOf({ env: { ...env, ...variables }, port, mark, runner: id }) }
  try {
    if (command.length === 0) return onTerminal(shell, start, terminal ?? shellSize)
    return terminal === null ? plain(command, start) : onTerminal(command, start, terminal)
  } catch (error) {
    return failed(error)
  }
}

import { reason } from "./Reason.ts"
import type { Io, Key, Sink, Source } from "./Io.ts"

/** Fires when the reader of standard output has gone away. */
const unread = new AbortController()

/** The streams without a reader: the command goes on, and what it says there is dropped. */
const deserted = new Set<NodeJS.WriteStream>()

/** A result that cannot be written ends the process; one that nobody reads does not decide how the command ends. */
const failedWrite = (stream: NodeJS.WriteStream, error: NodeJS.ErrnoException): void => {
  if (deserted.has(stream)) return
  if (error.code === "EPIPE") {
    deserted.add(stream)
    if (stream === process.stdout) unread.abort()
    return
  }
  if (stream === process.stdout) process.stderr.write(`✘ Standard output cannot be written: ${reason(error)}\n`)
  process.exit(1)
}

/** What was written and has not left the process yet. */
const leaving = new Set<Promise<void>>()

const write = (stream: NodeJS.WriteStream, text: string): void => {
  if (deserted.has(stream)) return
  const { promise, resolve } = Promise.withResolvers<void>()
  leaving.add(promise)
  stream.write(text, (error) => {
    if (error !== null && error !== undefined) failedWrite(stream, error)
    leaving.delete(promise)
    resolve()
  })
}

const sinkOf = (stream: NodeJS.WriteStream): Sink => {
  stream.on("error", (error: NodeJS.ErrnoException) => failedWrite(stream, error))
  return {
    write: (text) => write(stream, text),
    isTerminal: stream.isTTY === true,
    // A terminal that nobody told its size says 0.
    get columns() {
      return stream.columns > 0 ? stream.columns : undefined
    },
    get rows() {
      return stream.rows
    }
  }
}

/** Standard input is opened when it is first asked for: most commands read nothing. */
const sourceOf = (): Source => {
  let lines: AsyncIterator<string> | null = null
  const open = async (): Promise<AsyncIterator<string>> => {
    const { createInterface } = await import("node:readline")
    return createInterface({ input: process.stdin })[Symbol.asyncIterator]()
  }
  const readLine = async (): Promise<string | null> => {
    lines ??= await open()
    const { done, value } = await lines.next()
    return done === true ? null : value
  }
  return {
    get isTerminal() {
      return process.stdin.isTTY === true
    },
    readLine,
    keys
  }
}

interface Pressed {
  readonly name?: string
  readonly sequence?: string
  readonly ctrl?: boolean
}

const keyOf = ({ ctrl = false, name, sequence = "" }: Pressed): Key => `${ctrl ? "C-" : ""}${name ?? sequence}`

const keys = async (pressed: (key: Key) => void): Promise<() => void> => {
  const { stdin } = process
  const { emitKeypressEvents } = await import("node:readline")
  emitKeypressEvents(stdin)
  const listener = (_: string | undefined, key: Pressed): void => pressed(keyOf(key))
  stdin.setRawMode(true)
  stdin.on("keypress", listener)
  stdin.resume()
  const forget = beforeExit(() => stdin.setRawMode(false))
  return () => {
    forget()
    stdin.off("keypress", listener)
    stdin.setRawMode(false)
    stdin.pause()
  }
}

const deadly = { SIGTERM: 143, SIGHUP: 129 } as const

/** Registered with the signals only while there is something to put right: commands have their own ways with SIGTERM. */
const beforeExit = (restore: () => void): (() => void) => {
  const handlers = Object.entries(deadly).map(([signal, code]) => [signal, () => process.exit(code)] as const)
  process.on("exit", restore)
  for (const [signal, end] of handlers) process.on(signal, end)
  return () => {
    process.off("exit", restore)
    for (const [signal, end] of handlers) process.off(signal, end)
  }
}

/** The first Ctrl-C asks the command to end, the second ends the process. */
const interruptedOf = (): AbortSignal => {
  const controller = new AbortController()
  process.on("SIGINT", () => {
    if (controller.signal.aborted) process.exit(130)
    controller.abort()
  })
  return controller.signal
}

/** This process as the surroundings of the program. */
export const make = (): Io => ({
  stdout: sinkOf(process.stdout),
  stderr: sinkOf(process.stderr),
  stdin: sourceOf(),
  env: process.env,
  cwd: process.cwd(),
  pid: process.pid,
  interrupted: interruptedOf(),
  unread: unread.signal,
  beforeExit,
  nowMs: Date.now
})

/** Ends the process once all that was written has left it. */
export const exit = async (code: number): Promise<never> => {
  // Not by an empty write at the end: Bun says that it is done while the one before it is still going on.
  await Promise.all(leaving)
  process.exit(code)
}

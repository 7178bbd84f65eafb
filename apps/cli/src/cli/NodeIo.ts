import type { Io, Sink, Source } from "./Io.ts"

const sinkOf = (stream: NodeJS.WriteStream): Sink => {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    // Nobody reads any more: what remains to be said is of no use to anyone.
    process.exit(error.code === "EPIPE" ? 0 : 1)
  })
  return {
    write: (text) => {
      stream.write(text)
    },
    isTerminal: stream.isTTY === true,
    columns: stream.columns,
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
    readLine
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
  interrupted: interruptedOf()
})

const drained = (stream: NodeJS.WriteStream): Promise<void> =>
  new Promise((resolve) => {
    stream.write("", () => resolve())
  })

/** Ends the process once all that was written has left it. */
export const exit = async (code: number): Promise<never> => {
  await Promise.all([drained(process.stdout), drained(process.stderr)])
  process.exit(code)
}

import type { Connection } from "@ebb/protocol/rest/Client"
import { Effect, Schema } from "effect"
import http from "node:http"
import { CommandFailed } from "../kit/Errors.ts"

/** A command on a runner: its bytes go to `out`, what is typed goes to it where `input` is given. */
export interface ShellOptions {
  readonly connection: Connection
  readonly runner: string
  readonly command: ReadonlyArray<string>
  readonly input: NodeJS.ReadStream | null
  readonly out: (chunk: Uint8Array) => void
}

interface TerminalSize {
  readonly rows: number
  readonly columns: number
}

/** The size of this terminal, where all of the conversation is on one. */
const sizeOf = (input: NodeJS.ReadStream | null): TerminalSize | null => {
  const { columns, isTTY, rows } = process.stdout
  return input?.isTTY === true && isTTY ? { rows, columns } : null
}

const urlOf = ({ command, connection, input, runner }: ShellOptions): string => {
  const size = sizeOf(input)
  const terminal = size === null ? {} : { terminal: JSON.stringify(size) }
  const query = new URLSearchParams({ command: JSON.stringify(command), ...terminal })
  return `${connection.baseUrl}/v1/runners/${encodeURIComponent(runner)}/shell?${query}`
}

// Bun's WebSocket takes headers; the type of the web does not know them.
const open = (url: string, { key }: Connection): WebSocket =>
  Reflect.construct(WebSocket, [url.replace(/^http/, "ws"), { headers: { authorization: `Key ${key}` } }])

const feed = (socket: WebSocket, input: NodeJS.ReadStream): void => {
  if (sizeOf(input) !== null) process.stdout.on("resize", () => socket.send(JSON.stringify(sizeOf(input))))
  input.on("data", (chunk: Uint8Array) => socket.send(chunk))
  input.on("end", () => socket.send(new Uint8Array()))
}

const decodeRefusal = Schema.decodeUnknownSync(Schema.fromJsonString(Schema.Struct({ detail: Schema.String })))

const upgrade = { connection: "Upgrade", upgrade: "websocket", "sec-websocket-version": "13" }

/** A refused WebSocket does not say why; the same request by hand shows the sandbox's sentence. */
const refusal = (options: ShellOptions): Promise<string> =>
  new Promise((resolve) => {
    const unknown = () => resolve("the connection broke")
    const key = Buffer.from(options.runner.padEnd(16).slice(0, 16)).toString("base64")
    const headers = { ...upgrade, "sec-websocket-key": key, authorization: `Key ${options.connection.key}` }
    const request = http.get(urlOf(options), { headers }, async (response) => {
      try {
        resolve(decodeRefusal(Buffer.concat(await Array.fromAsync(response)).toString()).detail)
      } catch {
        unknown()
      }
    })
    request.on("error", unknown)
    request.on("upgrade", (_, socket) => {
      socket.destroy()
      unknown()
    })
  })

/** The exit status of the remote command; 1 where the connection ends without one. */
const remote = (options: ShellOptions, signal: AbortSignal): Promise<number> =>
  new Promise((resolve, reject) => {
    const socket = open(urlOf(options), options.connection)
    socket.binaryType = "arraybuffer"
    signal.addEventListener("abort", () => socket.close())
    let exit = 1
    let isRefused = false
    socket.onopen = () => (options.input === null ? socket.send(new Uint8Array()) : feed(socket, options.input))
    socket.onmessage = ({ data }) => {
      if (typeof data === "string") exit = JSON.parse(data).exit
      else options.out(new Uint8Array(data))
    }
    socket.onerror = () => {
      isRefused = true
      void refusal(options).then((detail) => reject(new Error(detail)))
    }
    socket.onclose = () => {
      if (!isRefused) resolve(exit)
    }
  })

/** On a terminal every key goes to the remote side at once, which also draws it. */
const raw = (on: boolean, input: NodeJS.ReadStream | null): Effect.Effect<void> =>
  Effect.sync(() => {
    if (sizeOf(input) !== null) input?.setRawMode(on)
  })

/** Runs it to its end. */
export const run = (options: ShellOptions): Effect.Effect<number, CommandFailed> => {
  const running = Effect.tryPromise({
    try: (signal) => remote(options, signal),
    catch: (because) => {
      const detail = because instanceof Error ? because.message : String(because)
      return new CommandFailed({ text: `\nConnection error: ${detail}`, bare: true, because })
    }
  })
  return Effect.ensuring(Effect.andThen(raw(true, options.input), running), raw(false, options.input))
}

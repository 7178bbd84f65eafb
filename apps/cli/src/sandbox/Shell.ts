import type { Connection } from "@ebb/protocol/rest/Client"
import { Effect, Schema } from "effect"
import http from "node:http"
import { CommandFailed } from "../cli/Errors.ts"

/** A command on a runner: its bytes go to `out`, what is typed goes to it where `input` is given. */
export interface ShellOptions {
  readonly connection: Connection
  readonly runner: string
  readonly command: ReadonlyArray<string>
  readonly input: NodeJS.ReadStream | null
  readonly out: (text: string) => void
}

const urlOf = ({ command, connection, runner }: ShellOptions): string => {
  const query = new URLSearchParams({ command: JSON.stringify(command) })
  return `${connection.baseUrl}/v1/runners/${encodeURIComponent(runner)}/shell?${query}`
}

// Bun's WebSocket takes headers; the type of the web does not know them.
const open = (url: string, { key }: Connection): WebSocket =>
  Reflect.construct(WebSocket, [url.replace(/^http/, "ws"), { headers: { authorization: `Key ${key}` } }])

const feed = (socket: WebSocket, input: NodeJS.ReadStream): void => {
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
const remote = (options: ShellOptions): Promise<number> =>
  new Promise((resolve, reject) => {
    const socket = open(urlOf(options), options.connection)
    socket.binaryType = "arraybuffer"
    const decoder = new TextDecoder()
    let exit = 1
    let isRefused = false
    socket.onopen = () => (options.input === null ? socket.send(new Uint8Array()) : feed(socket, options.input))
    socket.onmessage = ({ data }) => {
      if (typeof data === "string") exit = JSON.parse(data).exit
      else options.out(decoder.decode(data, { stream: true }))
    }
    socket.onerror = () => {
      isRefused = true
      void refusal(options).then((detail) => reject(new Error(detail)))
    }
    socket.onclose = () => {
      if (!isRefused) resolve(exit)
    }
  })

/** Runs it to its end. */
export const run = (options: ShellOptions): Effect.Effect<number, CommandFailed> =>
  Effect.tryPromise({
    try: () => remote(options),
    catch: (because) => {
      const detail = because instanceof Error ? because.message : String(because)
      return new CommandFailed({ text: `\nConnection error: ${detail}`, bare: true, because })
    }
  })

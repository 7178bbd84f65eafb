import type { Connection } from "@ebb/protocol/rest/Client"
import { Effect } from "effect"
import { CommandFailed } from "../cli/Errors.ts"

/** A command on a runner: its bytes go to `out`, what is typed goes to it where `input` is given. */
export interface ShellOptions {
  readonly connection: Connection
  readonly runner: string
  readonly command: ReadonlyArray<string>
  readonly input: NodeJS.ReadStream | null
  readonly out: (chunk: Uint8Array) => void
}

const open = ({ command, connection, runner }: ShellOptions): WebSocket => {
  const query = new URLSearchParams({ command: JSON.stringify(command) })
  const url = `${connection.baseUrl.replace(/^http/, "ws")}/v1/runners/${encodeURIComponent(runner)}/shell?${query}`
  // Bun's WebSocket takes headers; the type of the web does not know them.
  return Reflect.construct(WebSocket, [url, { headers: { authorization: `Key ${connection.key}` } }])
}

const feed = (socket: WebSocket, input: NodeJS.ReadStream): void => {
  input.on("data", (chunk: Uint8Array) => socket.send(chunk))
  input.on("end", () => socket.send(new Uint8Array()))
}

/** The exit status of the remote command; 1 where the connection ends without one. */
const remote = (options: ShellOptions): Promise<number> =>
  new Promise((resolve, reject) => {
    const socket = open(options)
    socket.binaryType = "arraybuffer"
    let exit = 1
    socket.onopen = () => (options.input === null ? socket.send(new Uint8Array()) : feed(socket, options.input))
    socket.onmessage = ({ data }) => {
      if (typeof data === "string") exit = JSON.parse(data).exit
      else options.out(new Uint8Array(data))
    }
    socket.onerror = () => reject(new Error("the sandbox refused the connection"))
    socket.onclose = () => resolve(exit)
  })

/** Runs it to its end. */
export const run = (options: ShellOptions): Effect.Effect<number, CommandFailed> =>
  Effect.tryPromise({
    try: () => remote(options),
    catch: (because) =>
      new CommandFailed({ text: `Connection error: ${because instanceof Error ? because.message : because}`, because })
  })

import { connect, type Socket } from "node:net"

/** A bare connection to the sandbox, and what came back on it. */
export interface Wire {
  readonly socket: Socket
  /** All that came until the other side closed. */
  readonly closed: Promise<string>
  /** Resolves when as much came that it holds; with all that came when it is closed before. */
  readonly until: (holds: (text: string) => boolean) => Promise<string>
}

/** Opens a connection to `http://HOST:PORT`. */
export const dial = (url: string): Promise<Wire> => {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  let text = ""
  let look = () => {}
  const closed = new Promise<string>((resolve) => socket.once("close", () => resolve(text)))
  socket.on("error", () => {})
  socket.on("data", (chunk: Buffer) => {
    text += chunk.toString("latin1")
    look()
  })
  const until = (holds: (seen: string) => boolean): Promise<string> =>
    Promise.race([
      closed,
      new Promise<string>((resolve) => {
        look = () => {
          if (holds(text)) resolve(text)
        }
        look()
      })
    ])
  return new Promise((resolve, reject) => {
    socket.once("connect", () => resolve({ socket, closed, until }))
    socket.once("error", reject)
  })
}

/** Sends the bytes on a connection of their own: all that came until the answer's head was whole or it was closed. */
export const exchange = async (url: string, bytes: string | Uint8Array): Promise<string> => {
  const wire = await dial(url)
  wire.socket.write(bytes)
  const answer = await wire.until((text) => text.includes("\r\n\r\n"))
  wire.socket.destroy()
  return answer
}

/** A wish for a WebSocket. `lines`: further header lines. */
export const handshake = (target: string, ...lines: ReadonlyArray<string>): string =>
  [
    `GET ${target} HTTP/1.1`,
    "host: localhost",
    "connection: Upgrade",
    "upgrade: websocket",
    "sec-websocket-version: 13",
    "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==",
    ...lines,
    "",
    ""
  ].join("\r\n")

/** The status of an answer; null where there is none. */
export const statusOf = (answer: string): number | null => {
  const [, status] = /^HTTP\/1\.1 (\d{3}) /.exec(answer) ?? []
  return status === undefined ? null : Number(status)
}

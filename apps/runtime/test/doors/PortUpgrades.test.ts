import { once } from "node:events"
import { connect, type Socket } from "node:net"
import { IsolateController } from "@ebb/protocol/gen/controller_pb"
import * as WebSockets from "@ebb/runtime/edge/WebSockets"
import { afterEach, assert, describe, it } from "vitest"
import { keyOf } from "./GrpcClient.ts"
import { Rig } from "./Rig.ts"

const { method } = IsolateController
const key = keyOf("id", "secret")
const rollout = { applicationName: "myapp" }

let rig: Rig

const open = async (options: Parameters<typeof Rig.open>[0] = {}): Promise<string> => {
  rig = await Rig.open(options)
  return `http://${rig.authority}`
}

afterEach(() => rig.close())

/** A bare connection, with all that came back once it is closed. */
const dial = async (): Promise<{ readonly socket: Socket; readonly closed: Promise<string> }> => {
  const socket = connect(rig.port.port, "127.0.0.1")
  const chunks: Array<Buffer> = []
  const { promise, resolve } = Promise.withResolvers<string>()
  socket.on("data", (chunk: Buffer) => chunks.push(chunk)).on("error", () => {})
  socket.on("close", () => resolve(Buffer.concat(chunks).toString()))
  await once(socket, "connect")
  return { socket, closed: promise }
}

/** The door still serves both protocols. */
const isAlive = async (): Promise<void> => {
  assert.strictEqual(await (await fetch(`http://${rig.authority}/`)).text(), "over HTTP/1.1")
  assert.strictEqual((await rig.client(key).call(method.rolloutApplication, rollout)).status, 0)
}

describe("upgrades", () => {
  const opened = async (url: string): Promise<WebSocket> => {
    const socket = new WebSocket(url.replace("http", "ws"))
    socket.binaryType = "arraybuffer"
    await new Promise((resolve, reject) => {
      socket.addEventListener("open", resolve)
      socket.addEventListener("error", () => reject(new Error("refused")))
    })
    return socket
  }

  const echo = () => {
    const closed = Promise.withResolvers<number>()
    const upgrade = (wish: WebSockets.Wish) =>
      WebSockets.open(wish, (ws) => {
        ws.on("message", (data, binary) => ws.send(data, { binary }))
        ws.on("close", (code) => closed.resolve(code))
      })
    return { upgrade, closed: closed.promise }
  }

  const next = async (socket: WebSocket): Promise<unknown> =>
    new Promise((resolve) => socket.addEventListener("message", ({ data }) => resolve(data), { once: true }))

  it("become websockets that carry text, bytes and large messages, and close with their code", async () => {
    const { closed, upgrade } = echo()
    const socket = await opened(await open({ upgrade }))
    socket.send("text")
    assert.strictEqual(await next(socket), "text")
    const large = new Uint8Array(5 * 2 ** 20).fill(7)
    socket.send(large)
    assert.strictEqual(Buffer.compare(new Uint8Array((await next(socket)) as ArrayBuffer), large), 0)
    socket.close(3001)
    assert.strictEqual(await closed, 3001)
  })

  it("stay open however long they are silent", async () => {
    const { upgrade } = echo()
    const socket = await opened(await open({ upgrade, idleMs: 30 }))
    const idle = await dial()
    idle.socket.write("GET / HTTP/1.1\r\nhost: a\r\n\r\n")
    await idle.closed
    socket.send("still here")
    assert.strictEqual(await next(socket), "still here")
  })

  it("a caller who breaks off is seen", async () => {
    const { closed, upgrade } = echo()
    const socket = await opened(await open({ upgrade }))
    socket.send("text")
    await next(socket)
    const closing = rig.port.close()
    assert.strictEqual(await closed, 1006)
    await closing
  })

  it("are refused where nobody takes them", async () => {
    const url = await open()
    assert.strictEqual(await opened(url).catch((error) => error.message), "refused")
    await isAlive()
  })
})

import { once } from "node:events"
import * as WebSockets from "@ebb/runtime/edge/WebSockets"
import { assert, describe, it } from "vitest"
import { closeAfterEach, dial, isAlive, open, rig } from "./RigOfTest.ts"

closeAfterEach()

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

  it.each(["h2c", "TLS/1.0, HTTP/2.0", ""])(
    "to '%s' are ignored: the request is answered, and the next one",
    async (protocol) => {
      const fetch = async (request: Request) => new Response(`<${request.method} ${await request.text()}>`)
      await open({ upgrade: () => assert.fail("not asked for"), fetch })
      const { closed, socket } = await dial()
      const lines = [
        "host: a",
        "connection: Upgrade, HTTP2-Settings",
        `upgrade: ${protocol}`,
        "http2-settings: AAMAAABk"
      ]
      socket.write(["POST / HTTP/1.1", ...lines, "content-length: 4", "", "bo"].join("\r\n"))
      await new Promise(setImmediate)
      socket.write("dy")
      await once(socket, "data")
      socket.write(["GET / HTTP/1.1", ...lines, "", ""].join("\r\n"))
      await once(socket, "data")
      socket.end("PUT / HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: 3\r\n\r\nend")
      assert.deepStrictEqual((await closed).match(/ 200 OK|<.*?>/g), [
        " 200 OK",
        "<POST body>",
        " 200 OK",
        "<GET >",
        " 200 OK",
        "<PUT end>"
      ])
    }
  )
})

import { detect } from "@ebb/drain-check/client/Detect"
import type { Target } from "@ebb/drain-check/client/Target"
import { defaults } from "@ebb/drain-check/CheckSettings"
import { createServer as createHttp2 } from "node:http2"
import { type AddressInfo, createServer, type Server, type Socket } from "node:net"
import { afterEach, assert, describe, it } from "vitest"

const opened: Array<() => void> = []
afterEach(() => {
  for (const close of opened.splice(0)) close()
})

const listening = async (server: Server): Promise<Target> => {
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve))
  const sockets = new Set<Socket>()
  server.on("connection", (socket: Socket) => {
    sockets.add(socket)
    socket.on("error", () => {})
  })
  opened.push(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return { ...defaults.request, host: "127.0.0.1", port: (server.address() as AddressInfo).port, protocol: "http" }
}

type Speak = (socket: Socket, first: Buffer) => void

/** Each connection, once its first bytes have come, is left to what is decided; null leaves it silent. */
const before = (decide: (first: Buffer) => Promise<Speak | null>): Server =>
  createServer((socket) => {
    socket.once("data", (first: Buffer) => {
      socket.pause()
      void decide(first).then((speak) => speak?.(socket, first))
    })
  })

const server = createHttp2((_request, response) => response.end("done"))
const http2: Speak = (socket, first) => {
  socket.unshift(first)
  server.emit("connection", socket)
}
const http: Speak = (socket) => void socket.write("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\ndone")

const isHttp2 = (first: Buffer): boolean => first.toString("latin1").startsWith("PRI ")
const isTls = (first: Buffer): boolean => first[0] === 0x16

/** When the preface of HTTP/2 has come. */
const prefaced = () => Promise.withResolvers<void>()

describe("a server that says nothing to a request of HTTP/1.1 at first", () => {
  it("is one of HTTP/2 where it answers the preface, and never the request", async () => {
    const silent = before((first) => (isHttp2(first) ? Promise.resolve(http2) : new Promise(() => {})))
    assert.strictEqual(await detect(await listening(silent), false), "h2c")
  })

  it("is one of HTTP/2 where it refuses the request later", async () => {
    const preface = prefaced()
    const late = before(async (first) => {
      if (isHttp2(first)) preface.resolve()
      else await preface.promise
      return isTls(first) ? null : http2
    })
    assert.strictEqual(await detect(await listening(late), false), "h2c")
  })

  it("is one of HTTP/1.1 where it answers the request later, though it speaks both", async () => {
    const preface = prefaced()
    const both = before(async (first) => {
      if (isHttp2(first)) {
        preface.resolve()
        return http2
      }
      await preface.promise
      return isTls(first) ? null : http
    })
    assert.strictEqual(await detect(await listening(both), false), "http")
  })

  it("is one of HTTP/1.1 where it refuses the preface, or answers the request before it", async () => {
    const refuses = before(async (first) => (isHttp2(first) ? (socket) => void socket.end() : null))
    assert.strictEqual(await detect(await listening(refuses), false), "http")
    const preface = prefaced()
    const oneByOne = before(async (first) => {
      if (isHttp2(first)) preface.resolve()
      await preface.promise
      return isHttp2(first) || isTls(first) ? null : http
    })
    assert.strictEqual(await detect(await listening(oneByOne), false), "http")
  })

  it("is of neither where it breaks off both", async () => {
    const preface = prefaced()
    const request = Promise.withResolvers<void>()
    const hangsUp: Speak = (socket) => void socket.destroy()
    const late = before(async (first) => {
      if (isTls(first)) return hangsUp
      if (!isHttp2(first)) {
        await preface.promise
        return (socket) => {
          socket.once("close", () => request.resolve())
          socket.destroy()
        }
      }
      preface.resolve()
      await request.promise
      return hangsUp
    })
    assert.isNull(await detect(await listening(late), false))
  })
})

import { DirectPort } from "@ebb/runtime/doors/DirectPort"
import * as Body from "@ebb/runtime/edge/Body"
import { once } from "node:events"
import { connect, type Socket } from "node:net"
import { afterEach, expect, test } from "vitest"

let port: DirectPort
afterEach(() => port.close())

const open = (options: Partial<ConstructorParameters<typeof DirectPort>[0]>): void => {
  const fetch = async (request: Request) => new Response(String(Buffer.from((await Body.read(request)) as Uint8Array)))
  port = new DirectPort({ host: "127.0.0.1", port: 0, fetch, isFull: () => false, ...options })
}

const dial = async (text: string): Promise<Socket> => {
  const socket = connect(port.port, "127.0.0.1")
  await once(socket, "connect")
  socket.on("error", () => {}).resume()
  socket.write(text)
  return socket
}

test("a body that does not come ends its connection, an answer that takes long does not", async () => {
  const gate = Promise.withResolvers<void>()
  const fetch = async (request: Request) => {
    const body = await Body.read(request)
    await gate.promise
    return new Response(body as Uint8Array<ArrayBuffer>)
  }
  open({ bodyWaitSeconds: 1, fetch })
  const answer = globalThis.fetch(`http://127.0.0.1:${port.port}/`, { method: "POST", body: "whole" })
  const half = await dial("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\n123")
  await once(half, "close")
  gate.resolve()
  expect(await (await answer).text()).toBe("whole")
})

test("a connection that says nothing, and one whose head comes by drops, are ended", async () => {
  open({})
  const silent = await dial("")
  const dripping = await dial("GET / HTTP/1.1\r\nx: ")
  const drops = setInterval(() => dripping.write("x"), 1000)
  await Promise.all([silent, dripping].map((socket) => once(socket, "close")))
  clearInterval(drops)
})

test("takes no connection while descriptors are short, and goes on at the same port", async () => {
  let isFull = true
  open({ isFull: () => isFull })
  const address = `http://127.0.0.1:${port.port}/`
  const isOpen = () =>
    globalThis.fetch(address).then(
      () => true,
      () => false
    )
  expect(await isOpen()).toBe(true)
  port.look()
  while (await isOpen());
  isFull = false
  port.look()
  expect(await isOpen()).toBe(true)
})

import { createFalClient } from "@fal-ai/client"
import { once } from "node:events"
import { createServer, request } from "node:http"
import type { AddressInfo } from "node:net"
import { json, buffer } from "node:stream/consumers"
import { gunzipSync } from "node:zlib"
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest"
import { ownServer, plainBody, said } from "./OwnServer.ts"
import { Restarted } from "./Restarted.ts"

const ebb = new Restarted()
ebb.allowProcesses = true
ebb.httpPort = 0

beforeAll(() => ebb.up(ownServer))
afterAll(() => ebb.remove())

const zipped = said("200 OK\r\ncontent-type: application/json\r\ncontent-encoding: gzip")

test("@fal-ai/client reads what a process compresses, direct and queued", async () => {
  const client = createFalClient({
    credentials: ebb.key,
    requestMiddleware: async (asked) => ({ ...asked, url: asked.url.replace("https://", `${ebb.running.url}/`) })
  })
  expect((await client.run(`local/${zipped}`, { input: {} })).data).toEqual(plainBody)
  expect((await client.subscribe(`local/${zipped}`, { input: {} })).data).toEqual(plainBody)
})

test.each(["url", "directUrl"] as const)(
  "its bytes come as they are, and say what they are: by the %s",
  async (door) => {
    const headers = { authorization: `Key ${ebb.key}` }
    const asked = request(`${ebb.running.addresses[door]}/fal.run/local/${zipped}`, { headers }).end()
    const [answer] = await once(asked, "response")
    expect(answer.headers["content-encoding"]).toBe("gzip")
    expect(JSON.parse(String(gunzipSync(await buffer(answer))))).toEqual(plainBody)
  }
)

test("a webhook has the payload", async () => {
  const told = Promise.withResolvers<unknown>()
  const listener = createServer((incoming, outgoing) => {
    told.resolve(json(incoming))
    outgoing.end()
  })
  onTestFinished(() => void listener.close())
  await once(listener.listen(0, "127.0.0.1"), "listening")
  const { port } = listener.address() as AddressInfo
  await ebb.submit(`${zipped}?fal_webhook=http://127.0.0.1:${port}/`)
  expect(await told.promise).toMatchObject({ status: "OK", payload: plainBody })
})

test("over a WebSocket it comes as bytes, which are asked for by nobody", async () => {
  const url = `${ebb.running.url.replace("http", "ws")}/ws.fal.run/local/${zipped}`
  const socket = new WebSocket(url, { headers: { authorization: `Key ${ebb.key}` } })
  socket.binaryType = "arraybuffer"
  const received: Array<string | ArrayBuffer> = []
  const over = new Promise<void>((resolve) => {
    socket.onmessage = ({ data }) => {
      received.push(data)
      if (typeof data === "string" && JSON.parse(data).type === "end") resolve()
    }
  })
  await once(socket, "open")
  socket.send("{}")
  await over
  socket.close()
  expect(JSON.parse(String(received[0]))).toMatchObject({ status: 200, headers: { "content-encoding": "gzip" } })
  const bytes = received.filter((part) => part instanceof ArrayBuffer)
  expect(JSON.parse(String(gunzipSync(Buffer.concat(bytes.map((part) => new Uint8Array(part))))))).toEqual(plainBody)
})

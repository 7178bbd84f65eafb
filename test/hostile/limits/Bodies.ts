import * as Api from "@ebb/protocol/rest/Api"
import { Schema } from "effect"
import { connect, type IncomingHttpHeaders } from "node:http2"
import { expect } from "vitest"
import type { Ebb } from "../../e2e/Ebb.ts"
import { dial, exchange, handshake, statusOf } from "../Wire.ts"
import { head, type Over, type Overs, withOwn, words } from "./Over.ts"

const mebibyte = 2 ** 20

/** A binary message of a client, its mask of zeros. */
const message = (bytes: number): Buffer => {
  const start = Buffer.alloc(8)
  start.writeUInt32BE(0x82fe0000 + bytes)
  return Buffer.concat([start, Buffer.alloc(bytes)])
}

/** The code with which a session ends that was sent messages of these lengths. */
const closeCode = async (ebb: Ebb, lengths: ReadonlyArray<number>): Promise<number> => {
  const wire = await dial(ebb.url)
  const key = `authorization: Key ${ebb.key}`
  wire.socket.write(handshake("/fal.run/local/demo/realtime", key, "x-ebb-service: 1h"))
  await wire.until((text) => text.includes("\r\n\r\n"))
  for (const length of lengths) wire.socket.write(message(length))
  const text = await wire.until((seen) => seen.includes("\x88"))
  wire.socket.destroy()
  return Buffer.from(text.slice(text.lastIndexOf("\x88") + 2), "latin1").readUInt16BE()
}

const half = (ebb: Ebb): string => `${head(ebb, "POST", "/fal.run/local/demo", "content-length: 10")}${"x".repeat(9)}`

/** A body of 900 bytes that does not end: the answer to it. */
const unfinished = async (ebb: Ebb): Promise<number | null> => {
  const wire = await dial(ebb.url)
  const start = head(ebb, "POST", "/fal.run/local/demo", "transfer-encoding: chunked")
  wire.socket.write(`${start}384\r\n${"x".repeat(900)}\r\n`)
  const answer = await wire.until((text) => text.includes("\r\n\r\n"))
  wire.socket.destroy()
  return statusOf(answer)
}

/** A call with a message of so many bytes: the status of gRPC. */
const grpcStatus = (ebb: Ebb, bytes: number): Promise<string> => {
  const session = connect(ebb.url)
  const call = session.request({
    ":method": "POST",
    ":path": "/controller.IsolateController/ListAliases",
    "content-type": "application/grpc",
    te: "trailers",
    authorization: `Key ${ebb.key}`
  })
  const start = Buffer.alloc(5)
  start.writeUInt32BE(bytes, 1)
  call.end(Buffer.concat([start, Buffer.alloc(bytes)]))
  return new Promise((resolve, reject) => {
    const told = (headers: IncomingHttpHeaders): void => {
      const { "grpc-status": status } = headers
      if (status === undefined) return
      resolve(String(status))
      session.destroy()
    }
    call.on("response", told).on("trailers", told).on("error", reject).resume()
  })
}

const decodeInitiated = Schema.decodeUnknownSync(Schema.Struct({ upload_url: Schema.String }))

const uploadParts = async (ebb: Ebb): Promise<void> => {
  const initiated = await fetch(`${ebb.url}/rest.fal.ai/storage/upload/initiate-multipart`, {
    method: "POST",
    headers: { authorization: `Key ${ebb.key}` },
    body: JSON.stringify({ content_type: "text/plain", file_name: "a" })
  })
  const { pathname, search } = new URL(decodeInitiated(await initiated.json()).upload_url)
  const put = (part: number) => fetch(`${ebb.url}${pathname}/${part}${search}`, { method: "PUT", body: "x" })
  expect([(await put(2)).status, (await put(3)).status]).toEqual([200, 400])
}

const specFilesBytes = async (ebb: Ebb): Promise<void> => {
  const body = { spec: "app: { name: a }", files: { "a.csv": "x".repeat(101) } }
  expect(await ebb.refusal(Api.deploy, { params: {}, query: {}, body })).toContain("The files of the spec are larger")
}

const untilDone = async (ask: () => Promise<Response>): Promise<Response> => {
  for (;;) {
    const answer = await ask()
    if (answer.ok) return answer
    await answer.body?.cancel()
  }
}

/** A request with a body of 12 MiB that is at work, and then one whose answer of as much is not read, keep another out. */
const directBytes = async (ebb: Ebb): Promise<void> => {
  const body = Buffer.alloc(12 * mebibyte)
  const start = (service: string) =>
    head(ebb, "POST", "/fal.run/local/demo", `x-ebb-service: ${service}`, `content-length: ${body.length}`)
  for (const [leftBefore, url] of [ebb.url, ebb.directUrl].entries()) {
    const headers = { authorization: `Key ${ebb.key}`, "x-ebb-service": "1ms" }
    const ask = () => fetch(`${url}/fal.run/local/demo`, { method: "POST", headers, body })
    const answered = async () => Buffer.compare(new Uint8Array(await (await untilDone(ask)).arrayBuffer()), body)
    const atWork = await dial(url)
    atWork.socket.write(start("1h"))
    atWork.socket.write(body)
    // A runner works on for a caller who has left (platform rule 4.7): it still has that of the other port.
    await ebb.inFlight("demo", leftBefore + 1)
    const refused = await ask()
    // What would be shown of a body of 12 MiB that should not be there takes minutes to show.
    expect([refused.status, (await refused.text()).slice(0, 100)]).toEqual([503, expect.stringContaining('"detail"')])
    atWork.socket.destroy()
    expect(await answered()).toBe(0)
    const unread = await dial(url)
    unread.socket.write(start("1ms"))
    unread.socket.write(body)
    await unread.until((text) => text.includes("\r\n\r\n"))
    unread.socket.pause()
    expect((await ask()).status).toBe(503)
    unread.socket.resume()
    expect(await answered()).toBe(0)
    unread.socket.destroy()
  }
}

/** A limit on a body that is answered with a status. */
const answers =
  (ebb: Ebb, text: () => string, status: number): Over =>
  async () => {
    expect(statusOf(await exchange(ebb.url, text()))).toBe(status)
  }

export const overs = (
  ebb: Ebb
): Overs<
  | "bodyBytes"
  | "bodiesBytes"
  | "directBytes"
  | "bodyWaitSeconds"
  | "grpcMessageBytes"
  | "socketMessageBytes"
  | "sessionWaitingBytes"
  | "specFilesBytes"
  | "uploadParts"
> => ({
  bodyBytes: answers(ebb, () => head(ebb, "POST", "/fal.run/local/demo", "content-length: 1001"), 413),
  bodyWaitSeconds: (context) =>
    withOwn(words({ bodyWaitSeconds: 1 }), (own) => answers(own, () => half(own), 408)(context)),
  bodiesBytes: async () => expect(await Promise.race([unfinished(ebb), unfinished(ebb)])).toBe(503),
  directBytes: () => withOwn(["--http-port", "0", ...words({ directBytes: 20 * mebibyte })], directBytes),
  grpcMessageBytes: async () => expect(await grpcStatus(ebb, 1001)).toBe("8"),
  socketMessageBytes: async () => expect(await closeCode(ebb, [1001])).toBe(1009),
  sessionWaitingBytes: async () => expect(await closeCode(ebb, [900, 900, 900])).toBe(1008),
  specFilesBytes: () => specFilesBytes(ebb),
  uploadParts: () => uploadParts(ebb)
})

import { once } from "node:events"
import { IsolateController } from "@ebb/protocol/gen/controller_pb"
import { Connections } from "@ebb/runtime/doors/Connections"
import { assert, describe, it } from "vitest"
import { Rig } from "./Rig.ts"
import { closeAfterEach, dial, isAlive, key, open, rig, rollout } from "./RigOfTest.ts"

const { method } = IsolateController
const statusLine = (answer: string): string => answer.split("\r\n")[0]!

/** How an answer says that its body goes out while it comes. */
const asItComes = { "transfer-encoding": "chunked" }

closeAfterEach()

describe("one port", () => {
  it("answers gRPC and HTTP/1.1 at the same time", async () => {
    const url = await open()
    const client = rig.client(key)
    const texts = Array.from({ length: 50 }, async () => (await fetch(url)).text())
    const calls = Array.from({ length: 50 }, () => client.call(method.rolloutApplication, rollout))
    assert.isTrue((await Promise.all(texts)).every((text) => text === "over HTTP/1.1"))
    assert.isTrue((await Promise.all(calls)).every(({ status }) => status === 0))
  })

  it("waits for a head that comes in pieces", async () => {
    await open()
    const { closed, socket } = await dial()
    for (const piece of ["G", "ET / HT", "TP/1.1\r\nhost: a\r", "\nconnection: close\r\n\r", "\n"]) {
      socket.write(piece)
      await new Promise(setImmediate)
    }
    assert.match(await closed, /^HTTP\/1\.1 200 OK\r\n[^]*over HTTP\/1\.1/)
  })

  it("ignores an empty line before a request, the first of a connection and a later one", async () => {
    await open({ fetch: async (request) => new Response(`<${await request.text()}>`) })
    const { closed, socket } = await dial()
    for (const piece of ["\r", "\nPOST / HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\nfirst"]) {
      socket.write(piece)
      await new Promise(setImmediate)
    }
    await once(socket, "data")
    socket.write("\r\nPOST / HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: 4\r\n\r\nlast")
    assert.deepStrictEqual((await closed).match(/ 200 OK|<.*?>/g), [" 200 OK", "<first>", " 200 OK", "<last>"])
  })

  it("tells a preface in pieces from a method that begins alike", async () => {
    await open()
    const { socket } = await dial()
    socket.write("PR")
    await new Promise(setImmediate)
    socket.write("I * HTTP/2.0\r\n\r\nSM\r\n\r\n")
    socket.write(Buffer.from("000000040000000000", "hex"))
    const [settings] = (await once(socket, "data")) as [Buffer]
    assert.strictEqual(settings[3], 4)
    socket.destroy()
    const { closed, socket: other } = await dial()
    other.write("PROPFIND / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
    assert.strictEqual(statusLine(await closed), "HTTP/1.1 200 OK")
  })

  it("turns away a head that does not come in time", async () => {
    await open({ headWaitMs: 30 })
    const { closed, socket } = await dial()
    socket.write("GET / HTTP/1.1\r\nhost:")
    assert.strictEqual(statusLine(await closed), "HTTP/1.1 408 Request Timeout")
    assert.strictEqual(statusLine(await (await dial()).closed), "HTTP/1.1 408 Request Timeout")
    await isAlive()
  })

  it("turns away a head that is too long", async () => {
    await open()
    const { closed, socket } = await dial()
    socket.write(`GET / HTTP/1.1\r\nx: ${"x".repeat(20_000)}`)
    assert.strictEqual(statusLine(await closed), "HTTP/1.1 431 Request Header Fields Too Large")
    await isAlive()
  })

  it("survives garbage, TLS where there is none, and connections that say nothing or break off", async () => {
    await open()
    for (const bytes of [
      Buffer.from([0, 255, 1, 2]),
      Buffer.from("16030100c8010000c4", "hex"),
      Buffer.from("\r\n\r\n")
    ]) {
      const { closed, socket } = await dial()
      socket.write(bytes)
      assert.strictEqual(statusLine(await closed), "HTTP/1.1 400 Bad Request")
    }
    const lines = await dial()
    lines.socket.write("NOT HTTP AT ALL\r\n\r\n")
    assert.match(statusLine(await lines.closed), /^HTTP\/1\.1 400 |^$/)
    const preface = await dial()
    preface.socket.write("PRI * HTTP/2.0\r\n\r\nNO\r\n\r\n")
    await preface.closed
    for (const bytes of ["", "P", "GET / HT", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"]) {
      const ended = await dial()
      ended.socket.end(bytes)
      await ended.closed
      const reset = await dial()
      reset.socket.write(bytes)
      reset.socket.resetAndDestroy()
    }
    await isAlive()
  })

  it("lets those that have been idle longest give way where the house is full", async () => {
    await open({ connections: new Connections({ max: 2, perAddress: 2 }) })
    const [first, second, third] = [await dial(), await dial(), await dial()]
    assert.strictEqual(await first.closed, "")
    assert.strictEqual(rig.connections.size, 2)
    await isAlive()
    assert.strictEqual(await second.closed, "")
    assert.strictEqual(await third.closed, "")
    assert.isAtMost(rig.connections.size, 2)
  })

  it("lets this machine in even where every connection is at work, but not without end", async () => {
    const hangs = () => new Response(new ReadableStream(), { headers: { ...asItComes, "x-open": "1" } })
    const url = await open({ connections: new Connections({ max: 2, perAddress: 2 }), fetch: hangs })
    const answers: Array<Response> = []
    while (answers.length < 34) answers.push(await fetch(url))
    assert.strictEqual(rig.connections.size, 34)
    assert.strictEqual(await (await dial()).closed, "")
    await Promise.all(answers.map(({ body }) => body!.cancel()))
    while (rig.connections.size > 0) await new Promise(setImmediate)
  })

  it("ends a request whose body does not come, and serves one whose body comes late", async () => {
    await open({ bodyWaitMs: 200, fetch: async (request) => new Response(await request.text()) })
    const post = "POST / HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: 4\r\n\r\n"
    const [slow, late] = [await dial(), await dial()]
    slow.socket.write(`${post}ab`)
    late.socket.write(`${post}ab`)
    await new Promise(setImmediate)
    late.socket.write("cd")
    assert.match(await late.closed, /^HTTP\/1\.1 200 OK\r\n[^]*abcd$/)
    assert.match(await slow.closed, /^HTTP\/1\.1 408 Request Timeout\r\n[^]*did not come"}$/)
  })

  it("turns away who begins HTTP/2 and says no more", async () => {
    await open({ headWaitMs: 30 })
    const starts = ["PRI ", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0"]
    for (const start of starts) {
      const { closed, socket } = await dial()
      socket.write(start)
      assert.strictEqual(statusLine(await closed), "HTTP/1.1 408 Request Timeout")
    }
    const { closed, socket } = await dial()
    socket.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u0001\0\0\0\0\0")
    assert.strictEqual(statusLine(await closed), "HTTP/1.1 400 Bad Request")
  })

  it("closes a connection of HTTP/2 on which no call has been for a while", async () => {
    await open({ grpcIdleMs: 30 })
    const { closed, socket } = await dial()
    socket.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
    socket.write(Buffer.from("000000040000000000", "hex"))
    await closed
    await isAlive()
  })

  it("closes at once, with streams open, and frees the port", async () => {
    const url = await open({
      fetch: () => new Response(new ReadableStream(), { headers: { ...asItComes, "x-open": "1" } })
    })
    const { body, headers } = await fetch(url)
    assert.strictEqual(headers.get("x-open"), "1")
    const read = body!.getReader().read()
    const { port } = rig.port
    await rig.port.close()
    await read.then(
      ({ done }) => assert.isTrue(done),
      (error) => assert.instanceOf(error, Error)
    )
    await rig.close()
    await open({ port })
    await isAlive()
  })

  it("says so when the port is taken", async () => {
    await open()
    const again = await Rig.open({ port: rig.port.port }).then(
      () => "opened",
      (error) => error.code
    )
    assert.strictEqual(again, "EADDRINUSE")
  })
})

describe("HTTP/1.1", () => {
  it("hands over the request as it was sent, and the answer as it was given", async () => {
    const url = await open({
      fetch: async (request) => {
        const seen = [request.method, request.url, request.headers.get("x-a"), await request.text()]
        return Response.json(seen, {
          status: 418,
          headers: [
            ["x-b", "1"],
            ["set-cookie", "a=1"],
            ["set-cookie", "b=2"]
          ]
        })
      }
    })
    const sent = await fetch(url, { method: "PUT" })
    const length = Buffer.byteLength(await sent.text())
    assert.strictEqual(sent.headers.get("content-length"), String(length))
    const answer = await fetch(`${url}/a/b?c=%20d`, { method: "PUT", headers: { "x-a": "1" }, body: "bødy" })
    assert.deepStrictEqual(await answer.json(), ["PUT", `${url}/a/b?c=%20d`, "1", "bødy"])
    assert.deepStrictEqual([answer.status, answer.headers.get("x-b")], [418, "1"])
    assert.deepStrictEqual(answer.headers.getSetCookie(), ["a=1", "b=2"])
  })

  it("serves one request after another on a connection", async () => {
    await open({ fetch: (request) => new Response(new URL(request.url).pathname) })
    const { closed, socket } = await dial()
    socket.write("GET /1 HTTP/1.1\r\nhost: a\r\n\r\n")
    await once(socket, "data")
    socket.write("GET /2 HTTP/1.1\r\nhost: a\r\n\r\nGET /3 HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
    const bodies = (await closed).split("\r\n\r\n").filter((part) => part.startsWith("/"))
    assert.deepStrictEqual(
      bodies.map((body) => body.slice(0, 2)),
      ["/1", "/2", "/3"]
    )
  })

  it("closes a connection that is idle or sends half a head, but never one at work", async () => {
    const release = Promise.withResolvers<void>()
    await open({
      idleMs: 30,
      fetch: async (request) => {
        if (request.url.endsWith("/long")) await release.promise
        return new Response("done")
      }
    })
    const [idle, half, busy] = [await dial(), await dial(), await dial()]
    busy.socket.write("GET /long HTTP/1.1\r\nhost: a\r\n\r\n")
    for (const { socket } of [idle, half]) socket.write("GET / HTTP/1.1\r\nhost: a\r\n\r\n")
    await once(half.socket, "data")
    half.socket.write("GET / HTTP/1.1\r\nho")
    await Promise.all([idle.closed, half.closed])
    release.resolve()
    assert.match(await busy.closed, /done$/)
  })

  it("streams a large body in and out", async () => {
    const url = await open({ fetch: (request) => new Response(request.body) })
    const sent = new Uint8Array(20 * 2 ** 20).map((_, at) => at % 251)
    const back = new Uint8Array(await (await fetch(url, { method: "POST", body: sent })).arrayBuffer())
    assert.strictEqual(Buffer.compare(back, sent), 0)
  })

  it("sends events as they come and tells the handler when the caller leaves", async () => {
    const cancelled = Promise.withResolvers<void>()
    const aborted = Promise.withResolvers<void>()
    let send = (_: string): void => {}
    const url = await open({
      fetch: (request) => {
        request.signal.addEventListener("abort", () => aborted.resolve())
        const start = (events: ReadableStreamDefaultController<Uint8Array>) => {
          send = (event) => events.enqueue(new TextEncoder().encode(`data: ${event}\n\n`))
          send("first")
        }
        const body = new ReadableStream({ start, cancel: () => cancelled.resolve() })
        return new Response(body, { headers: { ...asItComes, "content-type": "text/event-stream" } })
      }
    })
    const caller = new AbortController()
    const reader = (await fetch(url, { signal: caller.signal })).body!.getReader()
    const next = async () => new TextDecoder().decode((await reader.read()).value)
    assert.strictEqual(await next(), "data: first\n\n")
    send("second")
    assert.strictEqual(await next(), "data: second\n\n")
    caller.abort()
    await Promise.all([aborted.promise, cancelled.promise])
  })

  it("aborts the signal of a request whose caller leaves before the answer, body read or not", async () => {
    const entered: Array<PromiseWithResolvers<void>> = [Promise.withResolvers(), Promise.withResolvers()]
    const aborted: Array<PromiseWithResolvers<void>> = [Promise.withResolvers(), Promise.withResolvers()]
    await open({
      fetch: async (request) => {
        const at = Number(new URL(request.url).pathname.slice(1))
        request.signal.addEventListener("abort", () => aborted[at]!.resolve())
        if (at === 0) await request.text()
        entered[at]!.resolve()
        await aborted[at]!.promise
        return new Response("too late")
      }
    })
    for (const at of [0, 1]) {
      const { socket } = await dial()
      socket.write(`POST /${at} HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\nhi`)
      await entered[at]!.promise
      socket.destroy()
      await aborted[at]!.promise
    }
  })

  it("does not abort a request that is answered", async () => {
    let signal: AbortSignal | null = null
    const url = await open({
      fetch: async (request) => {
        signal = request.signal
        await new Promise(setImmediate)
        return new Response("done")
      }
    })
    assert.strictEqual(await (await fetch(url)).text(), "done")
    while (rig.connections.size > 1) await new Promise(setImmediate)
    assert.strictEqual(signal!.aborted, false)
  })

  it("answers 500 where the handler throws, and cuts the connection where a body breaks off", async () => {
    const url = await open({
      fetch: (request) => {
        if (request.url.endsWith("/throw")) throw new Error("a bug")
        let sent = false
        const pull = (body: ReadableStreamDefaultController<Uint8Array>) => {
          if (sent) return body.error(new Error("the runner is gone"))
          sent = true
          return body.enqueue(new TextEncoder().encode("half"))
        }
        return request.url.endsWith("/cut")
          ? new Response(new ReadableStream({ pull }), { headers: asItComes })
          : new Response("over HTTP/1.1")
      }
    })
    assert.strictEqual((await fetch(`${url}/throw`)).status, 500)
    const { closed, socket } = await dial()
    socket.write("GET /cut HTTP/1.1\r\nhost: a\r\n\r\n")
    const answer = await closed
    assert.strictEqual(statusLine(answer), "HTTP/1.1 200 OK")
    assert.match(answer, /\r\n4\r\nhalf\r\n$/)
    await isAlive()
  })
})

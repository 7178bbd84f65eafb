import { IsolateController } from "@ebb/protocol/gen/controller_pb"
import * as Api from "@ebb/protocol/rest/Api"
import fc from "fast-check"
import { handshake } from "../Wire.ts"
import * as Http2 from "./Http2.ts"

/** What is sent on one connection, piece by piece. */
export interface Case {
  /** What it is one of, for whoever reads a failure. */
  readonly kind: string
  readonly port: "main" | "direct"
  readonly pieces: ReadonlyArray<Buffer>
  /** Whether it ends with a reset in place of an end. */
  readonly resets: boolean
}

/** What callers show. `user` opens everything but the end of the sandbox. */
export interface Keys {
  readonly user: string
  readonly api: string
  readonly other: string
}

const endpoints = Object.values(Api).filter(({ path }) => path !== Api.down.path)
const others = [
  "GET /users/current",
  "GET /users/teams",
  "GET /applications/local/demo/queue",
  "GET /applications/metrics",
  "GET /applications/local/demo/events",
  "GET /runners/",
  "GET /v1/serverless/requests/by-endpoint",
  "GET /v1/serverless/analytics",
  "GET /v1/serverless/metrics",
  "DELETE /applications/local/demo/queue",
  "GET /runners/x",
  "POST /logs/history",
  "POST /logs/stream",
  "GET /metrics",
  "GET /v1/journal",
  "GET /v1/events",
  "GET /.well-known/jwks.json",
  "GET /openapi.json",
  "GET /",
  "POST /fal.run/local/demo",
  "POST /fal.run/local/demo/stream",
  "POST /queue.fal.run/local/demo",
  "GET /queue.fal.run/local/demo/requests/x",
  "GET /queue.fal.run/local/demo/requests/x/status/stream",
  "PUT /queue.fal.run/local/demo/requests/x/cancel",
  "POST /rest.fal.ai/tokens/",
  "POST /api/fal/proxy",
  "POST /rest.fal.ai/storage/upload/initiate",
  "POST /rest.fal.ai/storage/upload/initiate-multipart",
  "PUT /rest.fal.ai/storage/upload/x?upload=y",
  "POST /rest.fal.ai/storage/upload/x/complete?upload=y",
  "GET /v3.fal.media/files/a/b",
  "POST /v3.fal.media/files/upload",
  "POST /v3.fal.media/files/upload/multipart",
  "GET /fal.run/local/demo/realtime",
  "GET /v1/runners/x/shell",
  "GET /assets/live.js",
  "GET /play"
]
const routes = [...endpoints.map(({ method, path }) => `${method} ${path}`), ...others]

const oddText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.constantFrom("", "\0", "\r\n", "\ud800", "../..", "%ff", "%", "%00", "__proto__", "1e308", "-1", "NaN"),
  fc.string({ minLength: 2000, maxLength: 4000 })
)

const name = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom("demo", "local", "main", "x") },
  { weight: 1, arbitrary: oddText }
)

const route = fc.tuple(fc.constantFrom(...routes), name).map(([text, value]) => {
  const [method = "GET", path = "/"] = text.split(" ")
  return { method, path: path.replaceAll(/:\w+/g, () => encodeURIComponent(value.toWellFormed())) }
})

const target = fc
  .tuple(
    route,
    fc.option(
      fc.constantFrom(
        "?",
        "?token=x",
        "?fal_jwt_token=%ff",
        "?logs=1",
        "/..",
        "//",
        "%00",
        "%",
        "?limit=-5",
        "?env=%ff"
      )
    ),
    fc.option(fc.constantFrom("//", "//[", "*", "http://[/", "/\xe9", "/#x", "/%2e%2e/"), { freq: 12 })
  )
  .map(([{ method, path }, suffix, instead]) => ({ method, path: instead ?? `${path}${suffix ?? ""}` }))

const method = fc.constantFrom("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "CONNECT", "TRACE", "X")

const headerLines = [
  "upgrade: h2c",
  "upgrade: websocket",
  "connection: upgrade",
  "connection: upgrade, http2-settings",
  "http2-settings: AAMAAABkAAQAAP__",
  "sec-websocket-version: 13",
  "sec-websocket-version: 99",
  "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==",
  "sec-websocket-key: x",
  "sec-websocket-protocol: a, b",
  "sec-websocket-extensions: permessage-deflate; client_max_window_bits=99",
  "expect: 100-continue",
  "transfer-encoding: chunked",
  "content-length: 5",
  "content-length: -1",
  "content-length: 99999999999",
  "range: bytes=0-1",
  "range: bytes=-99999999999999",
  "if-none-match: *",
  "x-fal-target-url: http://[",
  "x-fal-target-url: http://fal.run/local/demo",
  "x-fal-target-url: http://queue.fal.run/%ff",
  "origin: x",
  "cookie: ebb_session=x; ebb_session=%zz",
  "cookie: ebb_session=%",
  "x-ebb-team: x",
  "accept: text/event-stream",
  "content-type: multipart/form-data; boundary=",
  "content-type: application/msgpack",
  "last-event-id: -1",
  "x-fal-object-lifecycle: {",
  "x-fal-retry-config: {",
  "x-fal-request-timeout: 1e999",
  "x-ebb-service: 1ms",
  "traceparent: 00-zz",
  "x-fal-user-id: \xff",
  "x-fal-queue-priority: high",
  "x-fal-runner-hint: \xe9"
]

const credentialsOf = (keys: Keys) =>
  fc.constantFrom(
    null,
    `Key ${keys.user}`,
    `Key ${keys.user}`,
    `Key ${keys.api}`,
    `Key ${keys.other}`,
    "Key :",
    "Key a",
    "Bearer x",
    `Key ${keys.user.slice(0, -1)}`
  )

const json = fc.oneof(
  fc.json({ maxDepth: 4 }),
  fc
    .dictionary(
      fc.constantFrom("name", "scope", "value", "spec", "file", "force", "do", "revision", "max_concurrency"),
      oddText
    )
    .map((value) => JSON.stringify(value)),
  fc.constantFrom("{", '{"a":', "null", "[]", "0", '"\\ud800"', "{}", `${"[".repeat(5000)}`, '{"__proto__":{"a":1}}')
)

const body = fc.oneof(
  json.map((text) => Buffer.from(text)),
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  fc
    .constantFrom(
      "5\r\nhello\r\n0\r\n\r\n",
      "zz\r\n",
      "ffffffffffffffff\r\n",
      "--x\r\ncontent-disposition: form-data\r\n\r\n"
    )
    .map((text) => Buffer.from(text))
)

/** Some bytes changed, left out or doubled. */
const mutated = (bytes: fc.Arbitrary<Buffer>): fc.Arbitrary<Buffer> =>
  fc
    .tuple(bytes, fc.option(fc.tuple(fc.nat(), fc.nat(255), fc.constantFrom("set", "cut", "twice")), { freq: 3 }))
    .map(([whole, change]) => {
      if (change === null || whole.length === 0) return whole
      const [place, value, how] = change
      const at = place % whole.length
      if (how === "cut") return whole.subarray(0, at)
      if (how === "twice") return Buffer.concat([whole.subarray(0, at), whole.subarray(Math.floor(at / 2))])
      const copy = Buffer.from(whole)
      copy[at] = value
      return copy
    })

const http1 = (keys: Keys) =>
  fc
    .record({
      target,
      other: fc.option(method, { freq: 4 }),
      credentials: credentialsOf(keys),
      lines: fc.subarray(headerLines, { maxLength: 6 }),
      body,
      isFramed: fc.boolean()
    })
    .map(({ body: sent, credentials, isFramed, lines, other, target: { method: usual, path } }) => {
      const framed = isFramed ? [`content-length: ${sent.length}`] : []
      const own = credentials === null ? [] : [`authorization: ${credentials}`]
      const head = [`${other ?? usual} ${path} HTTP/1.1`, "host: localhost", ...own, ...lines, ...framed, "", ""]
      return Buffer.concat([Buffer.from(head.join("\r\n"), "latin1"), sent])
    })

const frame = fc
  .record({
    first: fc.nat(255),
    isMasked: fc.boolean(),
    length: fc.option(fc.nat(70_000), { freq: 5 }),
    payload: fc.uint8Array({ maxLength: 200 })
  })
  .map(({ first, isMasked, length, payload }) => {
    const said = length ?? payload.length
    const mask = isMasked ? 0x80 : 0
    const head =
      said < 126 ? Buffer.from([first, mask | said]) : Buffer.from([first, mask | 126, (said >> 8) & 0xff, said & 0xff])
    return Buffer.concat([head, Buffer.alloc(isMasked ? 4 : 0), payload])
  })

const socketTargets = [
  "/fal.run/local/demo/realtime",
  "/fal.run/local/demo/realtime?fal_jwt_token=x",
  "/v1/runners/x/shell",
  "/fal.run/%ff/x/realtime"
]

/** A handshake and the frames behind it: some of them come to a connection that was refused. */
const webSocket = (keys: Keys) =>
  fc
    .tuple(fc.constantFrom(...socketTargets), credentialsOf(keys), fc.array(frame, { maxLength: 4 }))
    .map(([path, credentials, frames]) => [
      Buffer.from(handshake(path, ...(credentials === null ? [] : [`authorization: ${credentials}`])), "latin1"),
      ...frames
    ])

const grpcPaths = [
  ...IsolateController.methods.map(({ name: called }) => `/${IsolateController.typeName}/${called}`),
  "/x/Y",
  "/",
  ""
]

const grpc = (keys: Keys) =>
  fc
    .record({
      path: fc.constantFrom(...grpcPaths),
      credentials: credentialsOf(keys),
      encoding: fc.constantFrom("identity", "gzip", "x"),
      flag: fc.constantFrom(0, 1, 2),
      message: fc.uint8Array({ maxLength: 100 }),
      lie: fc.option(fc.nat(2 ** 31), { freq: 6 })
    })
    .map(({ credentials, encoding, flag, lie, message, path }) => {
      const [, key = ""] = credentials?.split(" ") ?? []
      const [id = "", secret = ""] = key.split(":")
      const head = Buffer.alloc(5)
      head[0] = flag
      head.writeUInt32BE(lie ?? message.length, 1)
      const headers = {
        "content-type": "application/grpc",
        te: "trailers",
        "grpc-encoding": encoding,
        "auth-key-id": id,
        "auth-key": secret
      }
      return Http2.call(path, headers, Buffer.concat([head, message]))
    })

const http2Frames = fc
  .array(fc.tuple(fc.nat(12), fc.nat(255), fc.constantFrom(0, 1, 3, 2 ** 31 - 1), fc.uint8Array({ maxLength: 60 })), {
    maxLength: 12
  })
  .map((frames) =>
    Buffer.concat([
      Http2.preface,
      ...frames.map(([type, flags, stream, payload]) => Http2.frame(type, flags, stream, payload))
    ])
  )

/** Anything that somebody might send to a door. */
export const cases = (keys: Keys): fc.Arbitrary<Case> => {
  const port = fc.constantFrom("main", "main", "direct") as fc.Arbitrary<Case["port"]>
  const one = (kind: string, bytes: fc.Arbitrary<Buffer>) =>
    fc.record({ kind: fc.constant(kind), port, pieces: fc.tuple(mutated(bytes)), resets: fc.boolean() })
  return fc.oneof(
    { weight: 5, arbitrary: one("HTTP/1.1", http1(keys)) },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant("WebSocket"), port, pieces: webSocket(keys), resets: fc.boolean() })
    },
    { weight: 2, arbitrary: one("gRPC", grpc(keys)) },
    { weight: 1, arbitrary: one("HTTP/2", http2Frames) },
    {
      weight: 1,
      arbitrary: one(
        "bytes",
        fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes))
      )
    }
  )
}

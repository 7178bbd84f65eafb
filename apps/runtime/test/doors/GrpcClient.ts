import { type ClientHttp2Session, type ClientHttp2Stream, connect, type IncomingHttpHeaders } from "node:http2"
import {
  create,
  type DescMessage,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary
} from "@bufbuild/protobuf"
import type { DescMethod } from "@bufbuild/protobuf"

/** What came back of a call. */
export interface Ended<Out> {
  /** The gRPC status. */
  readonly status: number
  readonly details: string
  readonly messages: ReadonlyArray<Out>
  /** Nothing but trailers came: only then do clients retry. */
  readonly isTrailersOnly: boolean
}

export const frame = (message: Uint8Array): Buffer => {
  const head = Buffer.alloc(5)
  head.writeUInt32BE(message.length, 1)
  return Buffer.concat([head, message])
}

const unframe = (bytes: Buffer): Array<Buffer> => {
  if (bytes.length < 5) return []
  const end = 5 + bytes.readUInt32BE(1)
  return [bytes.subarray(5, end), ...unframe(bytes.subarray(end))]
}

type Headers = Readonly<Record<string, string>>
export const keyOf = (id: string, secret: string): Headers => ({ "auth-key-id": id, "auth-key": secret })

/** A call under way: raw bytes both ways. */
export class RawCall {
  readonly stream: ClientHttp2Stream
  private readonly chunks: Array<Buffer> = []
  private readonly heads: Array<IncomingHttpHeaders> = []
  private readonly closed: Promise<void>
  private arrived = Promise.withResolvers<void>()

  constructor(stream: ClientHttp2Stream) {
    this.stream = stream
    stream.on("response", (headers) => this.heads.push(headers))
    stream.on("trailers", (headers) => this.heads.push(headers))
    stream.on("data", (chunk: Buffer) => {
      this.chunks.push(chunk)
      this.arrived.resolve()
      this.arrived = Promise.withResolvers()
    })
    const { promise, resolve } = Promise.withResolvers<void>()
    // The server's half ends the call, whatever the client still meant to say.
    stream
      .on("error", () => resolve())
      .on("end", resolve)
      .on("close", resolve)
    this.closed = promise
  }

  get bytes(): Buffer {
    return Buffer.concat(this.chunks)
  }

  /** The messages so far, once there are at least `count`. */
  async messages(count: number): Promise<Array<Buffer>> {
    while (unframe(this.bytes).length < count) await this.arrived.promise
    return unframe(this.bytes)
  }

  async ended(): Promise<Ended<Buffer>> {
    await this.closed
    this.stream.end()
    const last = this.heads.at(-1)
    if (last === undefined) throw new Error("the call was cut off")
    return {
      status: Number(last["grpc-status"]),
      details: decodeURIComponent(String(last["grpc-message"] ?? "")),
      messages: unframe(this.bytes),
      isTrailersOnly: this.heads.length === 1
    }
  }
}

/** Plays a client of the control plane with nothing but Node's HTTP/2. */
export class GrpcClient {
  readonly session: ClientHttp2Session
  private readonly headers: Headers

  constructor(address: string, headers: Headers, options: Parameters<typeof connect>[1] = {}) {
    this.session = connect(address, options)
    this.session.on("error", () => {})
    this.headers = headers
  }

  open(path: string, headers = this.headers): RawCall {
    const head = { ":method": "POST", ":path": path, "content-type": "application/grpc", te: "trailers", ...headers }
    return new RawCall(this.session.request(head))
  }

  async call<In extends DescMessage, Out extends DescMessage>(
    method: DescMethod & { readonly input: In; readonly output: Out },
    init: MessageInitShape<In>,
    headers = this.headers
  ): Promise<Ended<MessageShape<Out>>> {
    const raw = this.open(`/${method.parent.typeName}/${method.name}`, headers)
    raw.stream.end(frame(toBinary(method.input, create(method.input, init))))
    const ended = await raw.ended()
    return { ...ended, messages: ended.messages.map((message) => fromBinary(method.output, message)) }
  }

  close(): void {
    this.session.destroy()
  }
}

const settings = 4
const headersType = 1
const data = 0
const endStream = 1
const endHeaders = 4

/** A frame of HTTP/2 (RFC 9113, 4.1). */
export const frame = (type: number, flags: number, stream: number, payload: Uint8Array): Buffer => {
  const head = Buffer.alloc(9)
  head.writeUIntBE(payload.length, 0, 3)
  head[3] = type
  head[4] = flags
  head.writeUInt32BE(stream, 5)
  return Buffer.concat([head, payload])
}

/** The preface and empty settings, with which every connection begins. */
export const preface = Buffer.concat([
  Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
  frame(settings, 0, 0, Buffer.alloc(0))
])

/** A length with a prefix of seven bits (RFC 7541, 5.1). */
const lengthOf = (bytes: number): Buffer => {
  if (bytes < 127) return Buffer.from([bytes])
  const rest = bytes - 127
  return Buffer.from([127, ...(rest < 128 ? [rest] : [(rest & 127) | 128, rest >> 7])])
}

/** A header as a literal that is not indexed (RFC 7541, 6.2.2). */
const literal = (name: string, value: string): Buffer => {
  const [nameBytes, valueBytes] = [Buffer.from(name, "latin1"), Buffer.from(value, "latin1")]
  return Buffer.concat([
    Buffer.from([0]),
    lengthOf(nameBytes.length),
    nameBytes,
    lengthOf(valueBytes.length),
    valueBytes
  ])
}

/** The head of a call, which ends with it when nothing more is to come. */
const headers = (path: string, more: Readonly<Record<string, string>>, stream: number): Buffer => {
  const all = { ":method": "POST", ":scheme": "http", ":path": path, ":authority": "localhost", ...more }
  const block = Buffer.concat(Object.entries(all).map(([name, value]) => literal(name, value)))
  return frame(headersType, endHeaders, stream, block)
}

/** A call that has begun and sends no message. */
export const openCall = (path: string, key: string, stream: number): Buffer =>
  headers(path, { "content-type": "application/grpc", te: "trailers", authorization: `Key ${key}` }, stream)

/** A whole call on a connection of its own. */
export const call = (path: string, more: Readonly<Record<string, string>>, body: Uint8Array): Buffer =>
  Buffer.concat([preface, headers(path, more, 1), frame(data, endStream, 1, body)])

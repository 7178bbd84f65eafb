import type { Socket } from "node:net"
import { limits } from "../edge/Limits.ts"

/** What a connection speaks, or the HTTP status with which it is turned away. */
export type Verdict = "http1" | "http2" | 400 | 408 | 431

const preface = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
/** Who speaks HTTP/2 begins with its preface and a frame of settings (RFC 9113, 3.4): their length, and where that says so. */
const prefaceLength = preface.length + 9
const frameTypeAt = preface.length + 3
const settingsFrame = 4
const endOfHead = Buffer.from("\r\n\r\n")

const emptyLine = Buffer.from("\r\n")

const isUpperCase = (byte: number): boolean => byte >= 0x41 && byte <= 0x5a

/** Some clients end a body with an empty line, so one before the first line of a request is ignored (RFC 9112, 2.2). */
const withoutEmptyLine = (bytes: Buffer): Buffer => {
  const known = Math.min(bytes.length, emptyLine.length)
  return bytes.subarray(0, known).equals(emptyLine.subarray(0, known)) ? bytes.subarray(known) : bytes
}

/** Null: more bytes are needed to say. */
const verdictOn = (bytes: Buffer): Verdict | null => {
  const known = Math.min(bytes.length, preface.length)
  if (bytes.subarray(0, known).equals(preface.subarray(0, known))) {
    if (bytes.length < prefaceLength) return null
    return bytes[frameTypeAt] === settingsFrame ? "http2" : 400
  }
  const head = withoutEmptyLine(bytes)
  if (head.length === 0) return null
  if (!isUpperCase(head[0]!)) return 400
  const at = head.indexOf(endOfHead)
  if (at > limits.headBytes || (at < 0 && head.length > limits.headBytes)) return 431
  return at < 0 ? null : "http1"
}

/**
 * Reads what a connection begins with until it is clear what it speaks; of HTTP/1.1 the whole head (at most 16 KB).
 * The bytes are put back, so that the one who is handed the socket reads them again.
 */
export const readFirstBytes = (socket: Socket, waitMs: number, decided: (verdict: Verdict) => void): void => {
  let bytes: Buffer = Buffer.alloc(0)
  const decide = (verdict: Verdict) => {
    clearTimeout(timer)
    socket.off("data", onData).off("close", onClose)
    socket.pause()
    const left = withoutEmptyLine(bytes)
    if (left.length > 0) socket.unshift(left)
    decided(verdict)
  }
  const onData = (chunk: Buffer) => {
    bytes = bytes.length === 0 ? chunk : Buffer.concat([bytes, chunk])
    const verdict = verdictOn(bytes)
    if (verdict !== null) decide(verdict)
  }
  const onClose = () => clearTimeout(timer)
  const timer = setTimeout(() => decide(408), waitMs)
  socket.on("data", onData).on("close", onClose)
}

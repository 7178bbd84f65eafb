import { Connections } from "@ebb/runtime/doors/Connections"
import { limits } from "@ebb/runtime/edge/Limits"
import { EventEmitter } from "node:events"
import { connect, type Socket } from "node:net"
import { networkInterfaces } from "node:os"
import { expect } from "vitest"
import type { Ebb } from "../../e2e/Ebb.ts"
import * as Http2 from "../fuzz/Http2.ts"
import { dial, exchange, statusOf, type Wire } from "../Wire.ts"
import { head, type Overs, withOwn, words } from "./Over.ts"

/** An address of this machine that is not its loopback; without a network there is none. */
const outward = Object.values(networkInterfaces())
  .flat()
  .find((address) => address?.family === "IPv4" && !address.internal)?.address

/** A socket from some address, as far as connections look at it. */
const socketFrom = (remoteAddress: string, remotePort: number): Socket & { destroyed: boolean } => {
  const socket = Object.assign(new EventEmitter(), {
    remoteAddress,
    remotePort,
    destroyed: false,
    destroy: () => (socket.destroyed = true)
  })
  return socket as never
}

const first = async (ebb: Ebb, count: number): Promise<ReadonlyArray<Wire>> => {
  const wires: Array<Wire> = []
  for (let n = 0; n < count; n++) {
    const wire = await dial(ebb.url)
    wire.socket.write(head(ebb, "GET", "/openapi.json"))
    await wire.until((text) => text.includes("\r\n\r\n"))
    wires.push(wire)
  }
  return wires
}

/** Frames of HTTP/2 in what came, by type, with their streams and the first number in them. */
const framesOf = (text: string): ReadonlyArray<{ type: number; stream: number; word: number }> => {
  const bytes = Buffer.from(text, "latin1")
  const frames: Array<{ type: number; stream: number; word: number }> = []
  for (let at = 0; at + 9 <= bytes.length;) {
    const length = bytes.readUIntBE(at, 3)
    const word = length >= 4 && bytes.length >= at + 13 ? bytes.readUInt32BE(at + 9) : 0
    frames.push({ type: bytes[at + 3]!, stream: bytes.readUInt32BE(at + 5), word })
    at += 9 + length
  }
  return frames
}

const reset = 3
const refusedStream = 7
const calls = "/controller.IsolateController/ListAliases"

export const overs = (
  ebb: Ebb
): Overs<
  | "connections"
  | "connectionsPerAddress"
  | "headBytes"
  | "headWaitMs"
  | "idleMs"
  | "grpcIdleMs"
  | "streamsPerConnection"
> => ({
  connections: () =>
    withOwn(words({ connections: 3 }), async (own) => {
      const [oldest, ...others] = await first(own, 3)
      const newest = await first(own, 1)
      await oldest!.closed
      for (const wire of [...others, ...newest]) expect(wire.socket.destroyed).toBe(false)
    }),
  connectionsPerAddress: async () => {
    const { connectionsPerAddress } = limits
    const house = new Connections({ max: Infinity, perAddress: connectionsPerAddress })
    const sockets = Array.from({ length: connectionsPerAddress + 1 }, (_, port) => socketFrom("198.51.100.7", port))
    const other = socketFrom("198.51.100.8", 1)
    for (const socket of [other, ...sockets]) expect(house.admit(socket)).toBe(true)
    expect(sockets.filter(({ destroyed }) => destroyed)).toEqual([sockets[0]])
    expect(other.destroyed).toBe(false)
    if (outward === undefined) return
    await withOwn(["--listen", "0.0.0.0", ...words({ connectionsPerAddress: 1 })], async (own) => {
      const port = Number(new URL(own.url).port)
      const [one, two] = [connect(port, outward), connect(port, outward)]
      await new Promise((resolve) => one.resume().on("error", resolve).once("close", resolve))
      two.destroy()
    })
  },
  headBytes: async () => {
    expect(statusOf(await exchange(ebb.url, head(ebb, "GET", "/openapi.json", `x: ${"x".repeat(2000)}`)))).toBe(431)
  },
  headWaitMs: () =>
    withOwn(words({ headWaitMs: 100 }), async (own) => {
      expect(statusOf(await exchange(own.url, "GET / HTTP/1.1\r\n"))).toBe(408)
      const begun = await dial(own.url)
      begun.socket.write("PRI ")
      await begun.closed
    }),
  idleMs: () =>
    withOwn(words({ idleMs: 100 }), async (own) => {
      const [idle] = await first(own, 1)
      await idle!.closed
    }),
  grpcIdleMs: () =>
    withOwn(words({ grpcIdleMs: 100 }), async (own) => {
      const http2 = await dial(own.url)
      http2.socket.write(Http2.preface)
      await http2.closed
    }),
  streamsPerConnection: async () => {
    const wire = await dial(ebb.url)
    wire.socket.write(Http2.preface)
    for (const stream of [1, 3, 5]) wire.socket.write(Http2.openCall(calls, ebb.key, stream))
    const text = await wire.until((seen) => framesOf(seen).some(({ type }) => type === reset))
    const resets = framesOf(text).filter(({ type }) => type === reset)
    expect(resets).toEqual([{ type: reset, stream: 5, word: refusedStream }])
    wire.socket.destroy()
  }
})

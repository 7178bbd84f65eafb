import { connect, type Socket } from "node:net"
import { bytesOf, type Target } from "./Call.ts"
import { HttpResponse } from "./HttpResponse.ts"

const count = 4
/** The kernel closes what a process leaves open, and its end may be heard of a little later than that. */
const closedByEndWithinMs = 20

/** A kept connection, from its first answer on. */
interface Idle {
  isIdle: boolean
  closedAtMs: number | null
  wasReset: boolean
  readonly socket: Socket
}

/** How idle connections fared. */
export interface IdleCounts {
  readonly open: number
  readonly closed: number
  readonly reset: number
  readonly held: number
}

/** Kept connections that have had one answer each and ask for nothing more. */
export class IdleConnections {
  private readonly all: ReadonlyArray<Idle>
  private atSignal: ReadonlyArray<Idle> = []

  constructor(target: Target) {
    this.all = Array.from({ length: count }, () => open(target))
  }

  /** Those that are idle now are the ones that count. */
  mark(): void {
    this.atSignal = this.all.filter(({ closedAtMs, isIdle }) => isIdle && closedAtMs === null)
  }

  /** Closes them from this side; those that the server had left open until now count as held. */
  close(): void {
    for (const idle of this.all) {
      idle.closedAtMs ??= Infinity
      idle.socket.destroy()
    }
  }

  /** What had become of them at that time of `performance.now()`, when the server ended. */
  counts(endedAtMs: number): IdleCounts {
    const closedBefore = this.atSignal.filter(
      ({ closedAtMs }) => closedAtMs !== null && closedAtMs < endedAtMs - closedByEndWithinMs
    )
    const reset = closedBefore.filter(({ wasReset }) => wasReset).length
    const open = this.atSignal.length
    return { open, reset, closed: closedBefore.length - reset, held: open - closedBefore.length }
  }
}

const open = (target: Target): Idle => {
  const socket = connect({ host: target.host, port: target.port })
  const idle: Idle = { isIdle: false, closedAtMs: null, wasReset: false, socket }
  const response = new HttpResponse(target.method)
  const closed = (): void => {
    idle.closedAtMs ??= performance.now()
  }
  socket.once("connect", () => socket.write(bytesOf(target, "keep-alive")))
  socket.on("data", (bytes) => {
    response.push(bytes)
    idle.isIdle = response.isWhole && response.keepsOpen
  })
  socket.once("end", () => {
    closed()
    socket.destroy()
  })
  socket.on("error", () => {
    idle.wasReset = true
    closed()
  })
  socket.once("close", closed)
  return idle
}

import { Agent as PlainAgent, type IncomingMessage, request as requestPlain } from "node:http"
import { Agent as TlsAgent, request as requestTls } from "node:https"
import type { Socket } from "node:net"
import type { Exchange } from "./Exchange.ts"
import { headersOf, isTls, type Target } from "./Target.ts"

/** Gives up on a request. */
export type Abandon = () => void

const closedWithinMs = 100

/** Which of the ends of a connection an error tells of. */
export const howOf = (error: unknown): "reset" | "refused" => {
  const code = error instanceof Error && "code" in error ? error.code : undefined
  return code === "ECONNREFUSED" ? "refused" : "reset"
}

const serverOf = ({ headers: { server, "x-powered-by": poweredBy } }: IncomingMessage): string | null => {
  if (typeof server === "string") return server
  return typeof poweredBy === "string" ? poweredBy : null
}

const follow = (socket: Socket, exchange: Exchange, target: Target): void => {
  const connected = (): void => {
    socket.setNoDelay(true)
    exchange.connected(socket.localPort)
  }
  if (socket.connecting || socket.localPort === undefined) {
    socket.once(isTls(target) ? "secureConnect" : "connect", connected)
  } else connected()
  const onData = (piece: Buffer): void => exchange.received(piece.length)
  socket.on("data", onData)
  const onEnd = (): void => noteRead(socket, exchange, target)
  // Before others who hear of the end, who close this side too.
  socket.prependListener("end", onEnd)
  // The connection may go on to carry others.
  exchange.whenOver(() => socket.off("data", onData).off("end", onEnd))
}

/**
 * A server that closes a connection ends it in order if it had read all there was, and resets it if not. Where both an end and
 * a reset have come only the end is told; but then nothing more can be written.
 */
const noteRead = (socket: Socket, exchange: Exchange, target: Target): void => {
  if (isTls(target) || exchange.isTaken || exchange.outcome !== null || exchange.sentAtMs === null) return
  if (socket.write("\n")) exchange.wasRead()
}

/** Whether the answer says where it ends. */
const hasOwnEnd = ({ headers, statusCode }: IncomingMessage): boolean =>
  headers["content-length"] !== undefined ||
  headers["transfer-encoding"] !== undefined ||
  statusCode === 204 ||
  statusCode === 304

const read = (response: IncomingMessage, exchange: Exchange): void => {
  exchange.server = serverOf(response)
  const { connection = "" } = response.headers
  // Of old a connection was closed behind each answer unless it was said to be kept.
  exchange.saidClose = response.httpVersion === "1.0" ? !/keep-alive/iu.test(connection) : /close/iu.test(connection)
  exchange.answer.begin(response.statusCode ?? 0, response.headers)
  response.on("data", (piece: Buffer) => exchange.answer.push(piece))
  response.on("end", () => {
    if (!response.complete) return
    exchange.answered({ isEndedByClose: !hasOwnEnd(response), trailers: Object.keys(response.trailers) })
  })
  response.on("error", (error) => exchange.broke(howOf(error)))
  response.on("close", () => exchange.broke("closed"))
}

/**
 * Waits a moment for the server to close a connection that it was asked to close, and then resets it: a connection that is
 * closed by both sides waits out a minute in the kernel's list, which is read over and over while the server drains.
 */
const closeBehind = (socket: Socket, exchange: Exchange, target: Target): void => {
  if (isTls(target)) return
  const reset = (): void => void socket.resetAndDestroy()
  // The client of HTTP would close this side with the last byte of the answer.
  socket.destroySoon = () => {}
  exchange.whenOver(() => {
    if (socket.destroyed) return
    if (socket.readableEnded) return reset()
    socket.once("end", reset)
    socket.setTimeout(closedWithinMs, reset)
  })
}

/** What follows a 101 is read to its end like any other answer; one line is written, in case the server waits for it. */
const readUpgraded = (response: IncomingMessage, socket: Socket, head: Buffer, given: Given): void => {
  const { exchange, target } = given
  exchange.server = serverOf(response)
  exchange.answer.begin(response.statusCode ?? 0)
  if (head.length > 0) exchange.answer.push(head)
  socket.on("data", (piece: Buffer) => exchange.answer.push(piece))
  socket.on("end", () => exchange.answered({ isEndedByClose: true }))
  socket.on("error", (error) => exchange.broke(howOf(error)))
  socket.on("close", () => exchange.broke("closed"))
  exchange.whenOver(() => socket.destroy())
  socket.write(`${target.body ?? ""}\n`)
}

interface Given {
  readonly target: Target
  readonly exchange: Exchange
}

const send = (given: Given, agent: PlainAgent | false): Abandon => {
  const { exchange, target } = given
  const { host, method, path, port } = target
  const connection = agent === false ? "close" : "keep-alive"
  const options = { host, port, method, path, agent, headers: { connection, ...headersOf(target) } }
  const request = isTls(target) ? requestTls({ ...options, rejectUnauthorized: false }) : requestPlain(options)
  let isUpgraded = false
  request.on("socket", (socket) => {
    exchange.isReused = request.reusedSocket
    follow(socket, exchange, target)
    if (agent === false) closeBehind(socket, exchange, target)
  })
  request.on("finish", () => exchange.flushed())
  request.on("response", (response) => read(response, exchange))
  request.on("upgrade", (response, socket, head) => {
    isUpgraded = true
    exchange.whenOver(() => socket.destroy())
    readUpgraded(response, socket as Socket, head, given)
  })
  request.on("error", (error) => exchange.broke(howOf(error)))
  request.on("close", () => isUpgraded || exchange.broke("closed"))
  request.end(target.body ?? undefined)
  return () => {
    request.destroy()
    exchange.broke("closed")
  }
}

/** Sends a request over a connection of its own. */
export const sendAlone = (target: Target, exchange: Exchange): Abandon => send({ target, exchange }, false)

/**
 * A connection that is kept for one request after the other. The hints of a server on how long it keeps one are not
 * followed: what the server does about it is what is looked for.
 */
export class KeptHttp1 {
  private readonly target: Target
  private readonly agent: PlainAgent

  constructor(target: Target) {
    this.target = target
    this.agent = isTls(target)
      ? new TlsAgent({ keepAlive: true, maxSockets: 1, rejectUnauthorized: false })
      : new PlainAgent({ keepAlive: true, maxSockets: 1 })
    Object.assign(this.agent, { keepSocketAlive: () => true })
  }

  send(exchange: Exchange): Abandon {
    return send({ target: this.target, exchange }, this.agent)
  }

  /** Calls back once the idle connection is closed by the server; answers false where there is none. */
  watch(onClosed: (wasReset: boolean) => void): boolean {
    const [socket] = Object.values(this.agent.freeSockets).flatMap((sockets) => sockets ?? [])
    if (socket === undefined) return false
    socket.on("error", () => onClosed(true))
    socket.on("end", () => onClosed(false))
    socket.on("close", () => onClosed(false))
    return true
  }

  close(): void {
    this.agent.destroy()
  }
}

import { plainSubmission } from "@ebb/core/fleet/Intake"
import { RequestKind } from "@ebb/core/tables/Request"
import type { Address } from "@ebb/processes/Ready"
import type { IncomingMessage } from "node:http"
import { connect, type Socket } from "node:net"
import type { Duplex } from "node:stream"
import type { Sandbox } from "../Sandbox.ts"
import { LiveRequest, type Settled } from "../world/LiveRequest.ts"
import type { Attempt } from "../world/Runners.ts"
import * as Access from "./Access.ts"
import * as Answers from "./Answers.ts"
import * as Target from "./Target.ts"

const prefix = "/fal.run"
const notForwarded = ["host", "authorization"]

/** The head of the caller's request as its runner gets it. */
const headOf = (
  { method, rawHeaders }: IncomingMessage,
  path: string,
  requestId: string,
  { host, port }: Address
): string => {
  const lines = [`${method} ${path} HTTP/1.1`, `host: ${host}:${port}`, `x-fal-request-id: ${requestId}`]
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!
    if (!notForwarded.includes(name.toLowerCase())) lines.push(`${name}: ${rawHeaders[at + 1]}`)
  }
  return `${lines.join("\r\n")}\r\n\r\n`
}

/** A close frame from server to client (RFC 6455, 5.5.1). */
const closeFrame = (code: number): Uint8Array => Uint8Array.of(0x88, 2, code >> 8, code & 0xff)

const refuse = async (socket: Duplex, response: Response): Promise<void> => {
  const body = Buffer.from(await response.arrayBuffer())
  const headers = [...response.headers].map(([name, value]) => `${name}: ${value}\r\n`).join("")
  const head = `HTTP/1.1 ${response.status} ${response.statusText}\r\n${headers}content-length: ${body.length}\r\nconnection: close\r\n\r\n`
  socket.end(Buffer.concat([Buffer.from(head), body]))
}

/** A realtime connection of a caller to a runner that is a process: bytes go both ways as they are (platform rule 4.6). */
class Tunnel {
  private readonly sandbox: Sandbox
  private readonly request: IncomingMessage
  private readonly client: Duplex
  private readonly head: Buffer
  private readonly path: string
  private upstream: Socket | null = null
  private isOver = false

  constructor(sandbox: Sandbox, request: IncomingMessage, client: Duplex, head: Buffer, path: string) {
    this.sandbox = sandbox
    this.request = request
    this.client = client
    this.head = head
    this.path = path
  }

  /** The attempt has its runner: connect the two. */
  open(live: LiveRequest, address: Address, attempt: Attempt): void {
    const upstream = connect(address.port, address.host)
    this.upstream = upstream
    upstream.once("connect", () => {
      upstream.write(headOf(this.request, this.path, live.id, address))
      if (this.head.length > 0) upstream.write(this.head)
      upstream.pipe(this.client)
      this.client.pipe(upstream)
    })
    upstream.once("error", () => this.broken(attempt))
    upstream.once("close", () => this.closed(attempt))
    this.client.once("close", () => this.closed(attempt))
    this.client.on("error", () => this.client.destroy())
  }

  private broken({ epoch, slot }: Attempt): void {
    if (this.isOver) return
    this.sandbox.world.tell((fleet, nowMs) => fleet.broken(nowMs, slot, epoch, "refused"))
  }

  /** One side has closed. */
  private closed({ epoch, slot }: Attempt): void {
    if (this.isOver) return
    this.isOver = true
    this.sandbox.world.tell((fleet, nowMs) => fleet.session(nowMs, slot, epoch, "closed"))
    this.end()
  }

  /** The platform closes the session. */
  close(code: number): void {
    this.isOver = true
    if (this.client.writable) this.client.write(closeFrame(code))
    this.end()
  }

  settled(settled: Settled): void {
    if (this.isOver) return
    this.isOver = true
    if (this.upstream === null) void refuse(this.client, Answers.response(settled, "", null))
    else this.end()
  }

  private end(): void {
    this.upstream?.destroy()
    this.client.end()
  }
}

/** Takes over a connection that asks for another protocol, such as a WebSocket. */
export const take = (sandbox: Sandbox, request: IncomingMessage, socket: Duplex, head: Buffer): void => {
  const url = new URL(request.url ?? "/", "http://localhost")
  const target = url.pathname.startsWith(`${prefix}/`)
    ? Target.parse("fal.run", url.pathname.slice(prefix.length))
    : null
  if (target === null || target.kind !== "run") return void refuse(socket, Answers.plainError(404, "Not found"))
  const app = Access.callable(sandbox, target, request.headers.authorization ?? null)
  if (app instanceof Response) return void refuse(socket, app)
  if (Access.currentRevision(sandbox, app.app).processes === null) {
    return void refuse(socket, Answers.plainError(501, "Simulated runners take no WebSocket; give the app a command"))
  }
  const tunnel = new Tunnel(sandbox, request, socket, head, `${target.path}${url.search}`)
  const live = new LiveRequest({
    id: crypto.randomUUID(),
    app: app.app,
    kind: RequestKind.realtime,
    call: { method: "GET", path: target.path, headers: new Headers(), body: null },
    caller: { sent: () => {}, begin: () => null, settled: (settled) => tunnel.settled(settled) },
    callerId: app.callerId
  })
  live.tunnel = (address, attempt) => tunnel.open(live, address, attempt)
  live.closeSession = (code) => tunnel.close(code)
  if (!sandbox.world.submit(live, plainSubmission(RequestKind.realtime), 0)) {
    void refuse(socket, Answers.platformError(503, "runner_scheduling_failure"))
  }
}

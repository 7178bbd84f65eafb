import { plainSubmission } from "@ebb/core/fleet/Intake"
import { RequestKind } from "@ebb/core/tables/Request"
import type { Address } from "@ebb/processes/Ready"
import { Result } from "effect"
import type { IncomingMessage } from "node:http"
import type { Duplex } from "node:stream"
import * as WebSockets from "../../edge/WebSockets.ts"
import { fromAuthorization } from "../../control/Principal.ts"
import type { Sandbox } from "../../Sandbox.ts"
import { type Caller, LiveRequest, type Session, type Settled } from "../../kernel/LiveRequest.ts"
import type { LiveRunner } from "../../kernel/LiveRunner.ts"
import type { Attempt } from "../../kernel/Runners.ts"
import * as Access from "../data/Access.ts"
import * as Answers from "../data/Answers.ts"
import * as Options from "../data/Options.ts"
import * as Target from "../data/Target.ts"
import * as Tokens from "../data/Tokens.ts"
import { ProcessSession } from "./ProcessSession.ts"
import type { SessionEvent, SessionWith, Upgrade } from "./Session.ts"
import { SimulatedSession } from "./SimulatedSession.ts"

const prefix = "/fal.run"

/** Answers a wish for another protocol with an ordinary answer, and ends the connection. */
export const refuse = async (socket: Duplex, response: Response): Promise<void> => {
  const body = Buffer.from(await response.arrayBuffer())
  const headers = [...response.headers].map(([name, value]) => `${name}: ${value}\r\n`).join("")
  const head = `HTTP/1.1 ${response.status} ${response.statusText}\r\n${headers}content-length: ${body.length}\r\nconnection: close\r\n\r\n`
  socket.end(Buffer.concat([Buffer.from(head), body]))
}

/** Unless a caller says with `max_buffering` how many messages may wait, none is dropped. */
const waitingMaxDefault = Infinity

/** Who holds a realtime connection: it waits for a runner like a direct request, then talks to it. */
class RealtimeCaller implements Caller, Session {
  private readonly sandbox: Sandbox
  private readonly upgrade: Pick<Upgrade, "request" | "socket" | "head" | "path">
  private readonly options: RealtimeOptions
  private session: SessionWith | null = null
  live: LiveRequest | null = null

  constructor(sandbox: Sandbox, upgrade: RealtimeCaller["upgrade"], options: RealtimeOptions) {
    this.sandbox = sandbox
    this.upgrade = upgrade
    this.options = options
    upgrade.socket.on("error", () => upgrade.socket.destroy())
    upgrade.socket.once("close", () => this.left())
  }

  /** The caller goes away while it waits. */
  private left(): void {
    const { live } = this
    if (this.session !== null || live === null) return
    this.sandbox.world.tell((fleet, nowMs) => fleet.cancel(nowMs, live.slot, live.number, "disconnected"))
  }

  private upgradeFor({ epoch, slot }: Attempt): Upgrade {
    const { world } = this.sandbox
    const tell = (event: SessionEvent) =>
      world.tell((fleet, nowMs) => {
        if (event === "refused") fleet.broken(nowMs, slot, epoch, "refused")
        else fleet.session(nowMs, slot, epoch, event)
      })
    return { ...this.upgrade, requestId: this.live?.id ?? "", tell }
  }

  connect(address: Address, attempt: Attempt): void {
    this.session = new ProcessSession(this.upgradeFor(attempt), address)
  }

  simulate(runner: LiveRunner, attempt: Attempt, heldUntilMs: () => number): void {
    const { clock, pacer } = this.sandbox.world
    const { serviceMs, waitingMax } = this.options
    const number = this.live?.number ?? 0
    const service = {
      serviceMs: (message: number) => serviceMs ?? runner.revision.profile.serviceMs(number * 4096 + message),
      heldUntilMs,
      nowMs: () => clock.nowMs(),
      at: (atMs: number, run: () => void) => void pacer.at(atMs, run)
    }
    this.session = new SimulatedSession(this.upgradeFor(attempt), service, waitingMax)
  }

  close(code: number): void {
    this.session?.close(code)
  }

  sent(): void {}

  begin(): null {
    return null
  }

  settled(settled: Settled): void {
    if (this.session !== null) this.session.end()
    else void refuse(this.upgrade.socket, Answers.response(settled, this.live?.id ?? "", null))
  }
}

interface RealtimeOptions {
  /** How long a simulated runner takes for a message, Fleet milliseconds; null: as its profile says. */
  readonly serviceMs: number | null
  readonly waitingMax: number
}

const optionsOf = (request: IncomingMessage, query: URLSearchParams): Result.Result<RealtimeOptions, string> =>
  Result.gen(function* () {
    const service = request.headers["x-ebb-service"]
    const serviceMs = yield* Options.service(typeof service === "string" ? service : null)
    const buffering = query.get("max_buffering")
    if (buffering === null) return { serviceMs, waitingMax: waitingMaxDefault }
    const waitingMax = Number(buffering)
    if (/^\d+$/.test(buffering) && waitingMax >= 1 && waitingMax <= 60) return { serviceMs, waitingMax }
    return yield* Result.fail(`max_buffering must be a whole number from 1 to 60, got '${buffering}'`)
  })

const unauthorized = JSON.stringify({ status: "error", error: "Unauthorized" })
const policyViolation = 1008

/** A client with a token sees no HTTP status: it is told in the words that it knows, which make it drop the token. */
const refuseToken = (wish: WebSockets.Wish): void =>
  WebSockets.open(wish, (opened) => {
    opened.send(unauthorized)
    opened.close(policyViolation, "Unauthorized")
  })

/** Whether it can become a WebSocket at all (RFC 6455, 4.2.1): past this point a handshake does not fail. */
const isHandshake = ({ headers, method }: IncomingMessage): boolean =>
  method === "GET" &&
  headers.upgrade?.toLowerCase() === "websocket" &&
  headers["sec-websocket-version"] === "13" &&
  /^[+/0-9A-Za-z]{22}==$/.test(headers["sec-websocket-key"] ?? "")

/** Takes over a connection that asks for a WebSocket of an app. */
export const take = async (sandbox: Sandbox, wish: WebSockets.Wish, url: URL): Promise<void> => {
  const { request, socket } = wish
  const target = url.pathname.startsWith(`${prefix}/`)
    ? Target.parse("fal.run", url.pathname.slice(prefix.length))
    : null
  if (target === null || target.kind !== "run") return refuse(socket, Answers.plainError(404, "Not found"))
  if (!isHandshake(request)) return refuse(socket, Answers.plainError(400, "A WebSocket handshake is wanted here"))
  const token = url.searchParams.get("fal_jwt_token")
  url.searchParams.delete("fal_jwt_token")
  const bearer = token === null ? null : await Tokens.read(sandbox, token, target)
  if (socket.destroyed) return
  if (token !== null && bearer === null) return refuseToken(wish)
  const principal = bearer ?? sandbox.authenticator.identify(fromAuthorization(request.headers.authorization ?? null))
  const found = Access.callableBy(sandbox, target, principal)
  if (found instanceof Response) return refuse(socket, found)
  if (sandbox.isClosing) return refuse(socket, Answers.plainError(503, "The sandbox is going down"))
  const options = optionsOf(request, url.searchParams)
  if (Result.isFailure(options)) return refuse(socket, Answers.platformError(400, "bad_request", options.failure))
  const upgrade = { ...wish, path: `${target.path}${url.search}` }
  const caller = new RealtimeCaller(sandbox, upgrade, options.success)
  const live = new LiveRequest({
    id: crypto.randomUUID(),
    app: found.app,
    kind: RequestKind.realtime,
    call: { method: "GET", path: target.path, headers: new Headers(), body: null },
    caller,
    callerId: found.callerId,
    serviceMs: 0
  })
  live.session = caller
  caller.live = live
  if (!sandbox.world.submit(live, plainSubmission(RequestKind.realtime))) {
    return refuse(socket, Answers.platformError(503, "runner_scheduling_failure"))
  }
  sandbox.announcer.app(found.app.id)
}

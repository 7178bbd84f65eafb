import { Effect, Result } from "effect"
import type { Hono } from "hono"
import { readFileSync } from "node:fs"
import type { IncomingMessage } from "node:http"
import type { Duplex } from "node:stream"
import * as AccountControl from "./control/AccountControl.ts"
import * as ForGrpc from "./control/ForGrpc.ts"
import { personalTeam, loginTokenKey } from "./control/Principal.ts"
import type { Running } from "./DataDirectory.ts"
import { GrpcDoor } from "./doors/GrpcDoor.ts"
import { OnePort } from "./doors/OnePort.ts"
import { demoSpec } from "./Demo.ts"
import * as HttpApp from "./HttpApp.ts"
import * as Queue from "./data/Queue.ts"
import * as Tunnel from "./data/Tunnel.ts"
import * as Revisions from "./Revisions.ts"
import { Links } from "./rest/Session.ts"
import * as ShellSocket from "./rest/ShellSocket.ts"
import { Sandbox, type SandboxOptions } from "./Sandbox.ts"
import * as UpSpec from "./UpSpec.ts"
import * as Orphans from "@ebb/processes/Orphans"
import { version } from "@ebb/sim/Version"

/** How a sandbox is served. Ports: 0 takes a free one, null none. */
export interface ServerOptions extends SandboxOptions {
  readonly host: string
  readonly port: number
  readonly httpPort: number | null
  readonly allowed: HttpApp.Allowed
  readonly page: HttpApp.Page
  /** Apps to run, beside those of the data directory. */
  readonly specs: ReadonlyArray<UpSpec.UpSpec>
  /** Leaves the example app out. */
  readonly empty: boolean
}

/** Descriptors that the sandbox itself needs: its database, its logs, pipes of runners. */
const descriptorMargin = 512

/** As many connections as there are descriptors, with a margin. */
const connectionsMax = (): number => {
  const [, soft] = /^Max open files\s+(\d+)/m.exec(readLimits()) ?? []
  return Math.max(descriptorMargin, Number(soft ?? 4096) - descriptorMargin)
}

const readLimits = (): string => {
  try {
    return readFileSync("/proc/self/limits", "utf8")
  } catch {
    return ""
  }
}

const drainEveryMs = 50
/** Whoever asks the sandbox to go down gets an answer before it does. */
const answerFirstMs = 100

/** A sandbox with its doors open. */
export class Server {
  readonly sandbox: Sandbox
  readonly links = new Links()
  private readonly options: ServerOptions
  /** What became of the specs. */
  readonly applied: Array<UpSpec.Applied> = []
  private port: OnePort | null = null
  private grpc: GrpcDoor | null = null
  private direct: ReturnType<typeof Bun.serve> | null = null
  private goDown: () => void = () => {}
  /** Resolves when somebody asked the sandbox to go down. */
  readonly downAsked: Promise<void>

  private constructor(options: ServerOptions) {
    this.options = options
    this.sandbox = new Sandbox(options)
    this.downAsked = new Promise((resolve) => {
      this.goDown = resolve
    })
  }

  /** Brings back what was there, and listens. Throws DatabaseLocked when the data directory is taken. */
  static async start(options: ServerOptions): Promise<Server> {
    const server = new Server(options)
    try {
      await Orphans.killAll(server.sandbox.mark)
      await server.restore()
      await server.listen()
    } catch (error) {
      await server.stop()
      throw error
    }
    return server
  }

  private async restore(): Promise<void> {
    const { sandbox } = this
    const { accounts } = sandbox
    accounts.revokeRunnerKeys(null)
    if (accounts.team(personalTeam.name) === null) this.firstStart()
    sandbox.rollouts.interruptRunning()
    for (const stored of sandbox.catalog.apps()) Revisions.restore(sandbox, stored)
    const { name: team } = personalTeam
    const isNew = sandbox.apps.all.length === 0 && !sandbox.catalog.wasThere(team, "main", "demo")
    if (isNew && !this.options.empty && this.options.specs.length === 0) this.addDemo(team)
    for (const spec of this.options.specs) this.applied.push(await Effect.runPromise(UpSpec.apply(sandbox, spec)))
    Queue.resumeAll(sandbox)
  }

  private firstStart(): void {
    const { accounts, directory } = this.sandbox
    accounts.createTeam(personalTeam)
    const token = loginToken()
    accounts.setMeta(loginTokenKey, token)
    directory.writeLogin(token)
    const key = AccountControl.createKey(this.sandbox, personalTeam.name, "ADMIN", "made by ebb up")
    directory.writeKey(personalTeam.name, `${key.key_id}:${key.key_secret}`)
  }

  private addDemo(team: string): void {
    const folder = this.sandbox.directory.path
    const spec = Result.getOrThrow(Revisions.parse(demoSpec, "demo", folder))
    Revisions.createApp(this.sandbox, { team, env: "main", name: "demo", auth: "private" }, spec, folder)
  }

  private async listen(): Promise<void> {
    const host = { url: () => this.url, down: () => void setTimeout(this.goDown, answerFirstMs), links: this.links }
    const app: Hono = HttpApp.make(this.sandbox, host, this.options.page, this.options.allowed)
    const { host: hostname, httpPort, port } = this.options
    const fetch = (request: Request) => app.fetch(request)
    this.grpc = new GrpcDoor(ForGrpc.make(this.sandbox))
    const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      if (!ShellSocket.take(this.sandbox, request, socket, head)) Tunnel.take(this.sandbox, request, socket, head)
    }
    const grpc = this.grpc.take
    this.port = await OnePort.listen({ host: hostname, port, fetch, upgrade, grpc, connectionsMax: connectionsMax() })
    if (httpPort !== null) this.direct = Bun.serve({ hostname, port: httpPort, fetch, idleTimeout: 0 })
    this.sandbox.directory.writeRunning(this.running())
  }

  private running(): Running {
    return { pid: process.pid, url: this.url, grpc: new URL(this.url).host, version }
  }

  /** Where the public port is, under the name that clients take for loopback. */
  get url(): string {
    return `http://${hostNameOf(this.options.host)}:${this.port?.port ?? this.options.port}`
  }

  get directUrl(): string | null {
    return this.direct === null ? null : `http://${hostNameOf(this.options.host)}:${this.direct.port}`
  }

  /** No new requests; resolves when none that was accepted is in flight any more, or the signal fires. */
  async drain(signal: AbortSignal): Promise<void> {
    this.sandbox.isClosing = true
    while (!signal.aborted && this.sandbox.inFlight() > 0) await Bun.sleep(drainEveryMs)
  }

  /** Closes the doors and the sandbox. */
  async stop(): Promise<void> {
    this.grpc?.close()
    await this.port?.close()
    await this.direct?.stop(true)
    this.sandbox.close()
    await Orphans.killAll(this.sandbox.mark)
    this.sandbox.directory.clearRunning()
  }
}

const hostNameOf = (host: string): string => (host === "127.0.0.1" || host === "0.0.0.0" ? "localhost" : host)

/** A token of the shape that clients read; nobody checks its signature (docs/wire.md). */
const loginToken = (): string => {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url")
  const decadeSeconds = 10 * 365 * 24 * 60 * 60
  const exp = Math.floor(Date.now() / 1000) + decadeSeconds
  return [part({ alg: "none", typ: "JWT" }), part({ sub: personalTeam.userId, exp }), crypto.randomUUID()].join(".")
}

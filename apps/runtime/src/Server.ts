import { Effect, Result } from "effect"
import type { Hono } from "hono"
import { readdirSync } from "node:fs"
import * as AccountControl from "./control/AccountControl.ts"
import * as ForGrpc from "./control/ForGrpc.ts"
import { personalTeam } from "./control/Principal.ts"
import type { Running } from "./store/DataDirectory.ts"
import { Connections } from "./doors/Connections.ts"
import { Doors } from "./doors/Doors.ts"
import { limits } from "./edge/Limits.ts"
import * as Strangers from "./edge/Strangers.ts"
import type { Wish } from "./edge/WebSockets.ts"
import { demoSpec } from "./control/Demo.ts"
import { currentRevision } from "./planes/data/Access.ts"
import { plainError } from "./planes/data/Answers.ts"
import * as HttpApp from "./planes/HttpApp.ts"
import * as Queue from "./planes/data/Queue.ts"
import * as Realtime from "./planes/realtime/Realtime.ts"
import * as Revisions from "./control/Revisions.ts"
import { Links } from "./planes/rest/Session.ts"
import * as ShellSocket from "./planes/rest/ShellSocket.ts"
import type { Traces } from "./traces/Traces.ts"
import * as LocalTls from "./tls/LocalTls.ts"
import { Sandbox, type SandboxOptions } from "./Sandbox.ts"
import * as UpSpec from "./control/UpSpec.ts"
import * as CurrentSystem from "@ebb/processes/system/CurrentSystem"
import * as Orphans from "@ebb/processes/Orphans"
import { version } from "@ebb/text/Version"

/** How a sandbox is served. Ports: 0 takes a free one, null none. */
export interface ServerOptions extends SandboxOptions {
  readonly host: string
  readonly port: number
  readonly httpPort: number | null
  /** Whether it listens with TLS as well, with a certificate of its own. */
  readonly tls: boolean
  readonly page: HttpApp.Page
  /** Apps to run, beside those of the data directory. */
  readonly specs: ReadonlyArray<UpSpec.UpSpec>
  /** Leaves the example app out. */
  readonly empty: boolean
}

/** For whoever is in this process: any free port of loopback, without TLS, for no stranger. */
export const onLoopback = {
  host: "127.0.0.1",
  port: 0,
  httpPort: null,
  tls: false,
  allowed: { hosts: [], origins: [] }
} as const

/** Descriptors that the sandbox itself needs: its database, its logs, pipes of runners. */
const descriptorMargin = 512
const descriptorsUsual = 4096

const descriptorsMax = (): number =>
  Math.max(descriptorMargin, (CurrentSystem.current().openFilesMax() ?? descriptorsUsual) - descriptorMargin)

/** How many descriptors this process has open; 0 where the system does not say. */
const descriptors = (): number => {
  try {
    return readdirSync("/proc/self/fd").length
  } catch {
    return 0
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
  private doors: Doors | null = null
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
      server.sandbox.traces = await tracesOf(process.env)
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
    const { keys, signIns, teams } = sandbox
    keys.revokeOfRunner(null)
    if (teams.find(personalTeam.name) === null) this.firstStart()
    if (!signIns.hasLogin()) this.makeLogin()
    sandbox.rollouts.interruptRunning()
    for (const stored of sandbox.catalog.apps("there")) Revisions.restore(sandbox, stored)
    for (const stored of sandbox.catalog.apps("deleted")) Revisions.restoreDeleted(sandbox, stored)
    const { name: team } = personalTeam
    const isNew = sandbox.apps.all.length === 0 && !sandbox.catalog.wasThere(team, "main", "demo")
    if (isNew && !this.options.empty && this.options.specs.length === 0) this.addDemo(team)
    for (const spec of this.options.specs) this.applied.push(await Effect.runPromise(UpSpec.apply(sandbox, spec)))
    Queue.resumeAll(sandbox)
  }

  private firstStart(): void {
    this.sandbox.transaction(() => AccountControl.newTeam(this.sandbox, personalTeam, "made by ebb up"))
  }

  private makeLogin(): void {
    const token = loginToken()
    this.sandbox.directory.writeLogin(token)
    this.sandbox.signIns.setLogin(token)
  }

  private addDemo(team: string): void {
    const folder = this.sandbox.directory.path
    const spec = Result.getOrThrow(Revisions.parse(demoSpec, "demo", {}))
    Revisions.createApp(this.sandbox, { team, env: "main", name: "demo", auth: "private" }, spec, folder)
  }

  private async listen(): Promise<void> {
    const host = {
      url: () => this.url,
      tlsUrl: () => this.tlsUrl,
      down: () => void setTimeout(this.goDown, answerFirstMs),
      links: this.links
    }
    const app: Hono = HttpApp.make(this.sandbox, host, this.options.page, this.options.allowed)
    const { host: hostname, httpPort, port } = this.options
    const max = descriptorsMax()
    this.doors = await Doors.open({
      host: hostname,
      port,
      httpPort,
      tls: this.options.tls ? { port: tlsPortOf(port), certified: await this.certified() } : null,
      connections: new Connections({
        max: Math.min(limits.connections, max),
        perAddress: limits.connectionsPerAddress
      }),
      isFull: () => descriptors() >= max,
      fetch: (request) => app.fetch(request),
      upgrade: (wish) => this.upgrade(wish),
      control: ForGrpc.make(this.sandbox),
      allowed: this.options.allowed
    })
    this.sandbox.directory.writeRunning(this.running())
  }

  private async upgrade(wish: Wish): Promise<void> {
    const { request, socket } = wish
    const { host = "", origin = null } = request.headers
    const stranger = Strangers.refusalOf(host, origin, this.options.allowed)
    if (stranger !== null) return Realtime.refuse(socket, Response.json({ detail: stranger }, { status: 403 }))
    const url = URL.parse(request.url ?? "", this.url)
    if (url === null) return Realtime.refuse(socket, plainError(400, "The target of the request is no URL"))
    if (ShellSocket.take(this.sandbox, wish, url)) return
    return Realtime.take(this.sandbox, wish, url)
  }

  private certified(): ReturnType<typeof LocalTls.load> {
    const { allowed, host } = this.options
    const names = isAnyAddress(host) ? allowed.hosts : [host, ...allowed.hosts]
    return LocalTls.load(this.sandbox.directory.tlsFolder, names, Date.now())
  }

  private running(): Running {
    const { tlsUrl, url } = this
    return { pid: process.pid, url, grpc: new URL(url).host, version, ...(tlsUrl === null ? {} : { tlsUrl }) }
  }

  /** Apps that cannot have a runner, and why. */
  problems(): ReadonlyArray<{ readonly app: string; readonly problem: string }> {
    const { sandbox } = this
    return sandbox.apps.all.flatMap((app) => {
      const { problem } = currentRevision(sandbox, app)
      return app.deleted || problem === null ? [] : [{ app: app.alias, problem }]
    })
  }

  /** Where the public port is, under the name that clients take for loopback. */
  get url(): string {
    return this.urlOf("http", this.doors?.port ?? this.options.port)
  }

  get directUrl(): string | null {
    const port = this.doors?.directPort ?? null
    return port === null ? null : this.urlOf("http", port)
  }

  get tlsUrl(): string | null {
    const port = this.doors?.tlsPort ?? null
    return port === null ? null : this.urlOf("https", port)
  }

  private urlOf(scheme: "http" | "https", port: number): string {
    return `${scheme}://${hostNameOf(this.options.host)}:${port}`
  }

  /** From here on there are no new requests, and queued ones that wait stay on disk. */
  closeToRequests(): void {
    this.sandbox.isClosing = true
    this.sandbox.world.input((fleet, nowMs) => fleet.holdQueues(nowMs))
  }

  /** Resolves when no request is unfinished any more, or the signal fires. */
  async drain(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && this.sandbox.unfinished() > 0) {
      this.sandbox.world.closeIdleSessions()
      await Bun.sleep(drainEveryMs)
    }
  }

  /** Gives every process the graceful signal and its grace period; nothing is decided any more from here on. */
  async endProcesses(): Promise<void> {
    const { mark, options, world } = this.sandbox
    world.pacer.stop()
    const processes = [...world.runners.all()].filter(
      ({ endedAtMs, revision }) => endedAtMs === null && revision.processes !== null
    )
    for (const live of processes) {
      const runner = world.inFleet(live)
      if (runner !== null) live.revision.processes?.terminate(runner)
    }
    const graceSeconds = processes.map(({ revision }) => revision.inFleet.settings.gracePeriodSeconds)
    const untilMs = performance.now() + (Math.max(0, ...graceSeconds) * 1000) / options.speed
    while (performance.now() < untilMs && Orphans.find(mark).length > 0) await Bun.sleep(drainEveryMs)
  }

  /** Closes the doors and the sandbox. */
  async stop(): Promise<void> {
    await this.doors?.close()
    this.sandbox.close()
    await this.sandbox.traces?.close()
    await Orphans.killAll(this.sandbox.mark)
    this.sandbox.directory.clearRunning()
  }
}

/** Spans are sent when OTEL's environment variables name somebody to send them to; else nothing of it is loaded. */
const tracesOf = async (env: NodeJS.ProcessEnv): Promise<Traces | null> => {
  const endpoint = env["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] ?? env["OTEL_EXPORTER_OTLP_ENDPOINT"] ?? ""
  if (endpoint === "") return null
  const { Traces } = await import("./traces/Traces.ts")
  return Traces.open(env)
}

const isAnyAddress = (host: string): boolean => host === "0.0.0.0" || host === "::"

const hostNameOf = (host: string): string => {
  if (host === "127.0.0.1" || isAnyAddress(host)) return "localhost"
  return host.includes(":") ? `[${host}]` : host
}

const portMax = 65_535

/** The port beside the public one, so that it stays the same from start to start. */
const tlsPortOf = (port: number): number => (port === 0 || port === portMax ? 0 : port + 1)

/** A token of the shape that clients read; nobody checks its signature (docs/wire.md). */
const loginToken = (): string => {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url")
  const decadeSeconds = 10 * 365 * 24 * 60 * 60
  const exp = Math.floor(Date.now() / 1000) + decadeSeconds
  return [part({ alg: "none", typ: "JWT" }), part({ sub: personalTeam.userId, exp }), crypto.randomUUID()].join(".")
}

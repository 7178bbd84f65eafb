import { version } from "@ebb/text/Version"
import { Cause, Context, Effect, Exit, Layer, Scope } from "effect"
import { Admission, endProcesses, type Gate } from "./control/Admission.ts"
import { AppRecords } from "./control/AppRecords.ts"
import { Authentication } from "./control/Authenticator.ts"
import { Deploys } from "./control/Deploys.ts"
import { RequestRecords } from "./control/RequestRecords.ts"
import { type Given, Restored } from "./control/Restore.ts"
import { personalTeam } from "./control/Principal.ts"
import * as UpSpec from "./control/UpSpec.ts"
import * as Retention from "./control/Retention.ts"
import { Rollouts } from "./control/Rollouts.ts"
import * as RunnerEnvironments from "./control/RunnerEnvironments.ts"
import * as RunnerRecords from "./control/RunnerRecords.ts"
import { LastSign } from "./control/SignsOfLife.ts"
import { afterStall } from "./doors/AfterStall.ts"
import { Connections } from "./doors/Connections.ts"
import { descriptors, descriptorsMax } from "./doors/Descriptors.ts"
import * as Doors from "./doors/Doors.ts"
import { limits } from "./edge/Limits.ts"
import { type Allowed, AllowedCallers } from "./edge/Strangers.ts"
import { Announcing } from "./kernel/Announcer.ts"
import { Apps } from "./kernel/Apps.ts"
import { SandboxClock } from "./kernel/Clock.ts"
import { currentRevision } from "./kernel/CurrentRevision.ts"
import { Kernel, LogKeeping, RunJournal } from "./kernel/Kernel.ts"
import type { LiveApp } from "./kernel/LiveApp.ts"
import { Watching } from "./kernel/Watchers.ts"
import { Access } from "./planes/data/Access.ts"
import { Data } from "./planes/data/DataPlane.ts"
import * as KnownCallers from "./planes/data/fast/KnownCallers.ts"
import * as Queue from "./planes/data/Queue.ts"
import { MediaHosting } from "./planes/data/Media.ts"
import { RestHosting } from "./planes/data/RestHost.ts"
import { Tokens } from "./planes/data/Tokens.ts"
import * as ControlCalls from "./planes/grpc/ControlCalls.ts"
import { GrpcControl } from "./planes/grpc/GrpcControl.ts"
import { Http } from "./planes/HttpPlane.ts"
import { Realtime } from "./planes/realtime/Realtime.ts"
import { Events } from "./planes/rest/EventStream.ts"
import { SandboxHost } from "./planes/rest/Host.ts"
import { type Page, Pages, Rest } from "./planes/rest/RestPlane.ts"
import { Shells } from "./planes/rest/ShellSocket.ts"
import { Upgrades } from "./planes/Upgrades.ts"
import { ProcessMark } from "./runners/process/ProcessMark.ts"
import * as ProcessRunners from "./runners/process/ProcessRunners.ts"
import * as SimulatedDriver from "./runners/simulated/SimulatedDriver.ts"
import { Catalog } from "./store/CatalogStore.ts"
import { DataDirectory, Directory, RunningFile } from "./store/DataDirectory.ts"
import { damaged, Sqlite } from "./store/Database.ts"
import { Files } from "./store/FileStore.ts"
import * as JournalFile from "./store/JournalFile.ts"
import { Keys } from "./store/KeyStore.ts"
import { RequestLedger } from "./store/LedgerStore.ts"
import { Meta } from "./store/MetaStore.ts"
import { Queue as StoredQueue } from "./store/QueueStore.ts"
import { Payloads } from "./store/PayloadStore.ts"
import { KeptRequests } from "./store/RequestReader.ts"
import { RolloutArchive } from "./store/RolloutStore.ts"
import { SecretKey, Secrets } from "./store/SecretStore.ts"
import { SignIns } from "./store/SignInStore.ts"
import { Deleted } from "./store/DeletedStore.ts"
import { TeamFiles } from "./store/TeamFileStore.ts"
import { Teams } from "./store/TeamStore.ts"
import { PastRunners } from "./store/PastRunnerStore.ts"
import { PendingWebhooks } from "./store/WebhookStore.ts"
import * as LocalTls from "./tls/LocalTls.ts"
import * as Tracing from "./traces/Tracing.ts"
import { WebhookPost } from "./webhooks/Post.ts"
import { WebhookSigning } from "./webhooks/Signature.ts"
import { Webhooks } from "./webhooks/Webhooks.ts"

/** How a sandbox is opened and served. `speed`: Fleet milliseconds for each of the wall. Ports: 0 takes a free one, null none. */
export interface ServerOptions extends Given {
  /** The data directory. */
  readonly data: string
  readonly speed: number
  /** Whether runners may be commands and handlers of the user; refused beyond loopback unless asked for. */
  readonly allowProcesses: boolean
  /** Which callers from elsewhere are let in. */
  readonly allowed: Allowed
  readonly host: string
  readonly port: number
  readonly httpPort: number | null
  /** Whether it listens with TLS as well, with a certificate of its own. */
  readonly tls: boolean
  readonly page: Page
}

/** For whoever is in this process: any free port of loopback, without TLS, for no stranger. */
export const onLoopback = {
  host: "127.0.0.1",
  port: 0,
  httpPort: null,
  tls: false,
  allowed: { hosts: [], origins: [] }
} as const

/** What is kept on disk. */
const storesOf = (data: string) =>
  Layer.mergeAll(Catalog.layer, Files.layer, Keys.layer, Meta.layer, RequestLedger.layer, RolloutArchive.layer).pipe(
    Layer.merge(
      Layer.mergeAll(
        PastRunners.layer,
        PendingWebhooks.layer,
        Secrets.layer,
        SignIns.layer,
        KeptRequests.layer,
        Layer.provideMerge(StoredQueue.layer, Payloads.layer),
        Deleted.layer,
        TeamFiles.layer,
        Teams.layer,
        WebhookSigning.layer
      )
    ),
    Layer.provideMerge(SecretKey.layer),
    Layer.provideMerge(RunningFile.layer),
    Layer.provideMerge(Sqlite.layer),
    Layer.provideMerge(Directory.layer(data))
  )

/** The Fleet and its world. */
const kernelOf = (speed: number) =>
  Kernel.layer.pipe(
    Layer.provide(
      Layer.mergeAll(
        SimulatedDriver.layer,
        Layer.effect(RunJournal, JournalFile.opened),
        Layer.succeed(LogKeeping, limits)
      )
    ),
    Layer.provideMerge(Announcing.layer),
    Layer.provideMerge(Layer.mergeAll(Apps.layer, SandboxClock.layer(speed), Watching.layer))
  )

/** What the control plane does, and what it writes down of what happens. */
const controlOf = (allowProcesses: boolean) =>
  Layer.mergeAll(Retention.layer, RunnerEnvironments.layer, RunnerRecords.layer, Tracing.layer).pipe(
    Layer.provideMerge(Layer.mergeAll(Admission.layer, Deploys.layer, RequestRecords.layer)),
    Layer.provideMerge(Layer.provide(Webhooks.layer, WebhookPost.layer)),
    Layer.provideMerge(Layer.mergeAll(AppRecords.layer, Authentication.layer, LastSign.layer, Rollouts.layer)),
    Layer.provideMerge(ProcessRunners.layer(allowProcesses))
  )

/** What answers callers, whatever socket they come by. */
const planes = Layer.mergeAll(ControlCalls.layer, Http.layer, Upgrades.layer).pipe(
  Layer.provideMerge(
    Layer.mergeAll(
      Layer.provideMerge(Realtime.layer, Data.layer),
      MediaHosting.layer,
      Rest.layer,
      RestHosting.layer,
      Shells.layer
    )
  ),
  Layer.provideMerge(Queue.QueuedRequests.layer),
  Layer.provideMerge(
    Layer.mergeAll(Layer.provide(Access.layer, KnownCallers.layer), Events.layer, SandboxHost.layer, Tokens.layer)
  )
)

/** A sandbox without doors. What was opened is closed in reverse order, when starting fails half-way too. */
export const sandboxOf = (options: Omit<ServerOptions, "host" | "port" | "httpPort" | "tls">) =>
  planes.pipe(
    Layer.provide(Layer.succeed(Pages, options.page)),
    Layer.provideMerge(Layer.succeed(AllowedCallers, options.allowed)),
    Layer.provideMerge(Layer.effectDiscard(Queue.resumeAll)),
    Layer.provideMerge(Restored.layer(options)),
    Layer.provideMerge(controlOf(options.allowProcesses)),
    Layer.provideMerge(kernelOf(options.speed)),
    Layer.provideMerge(ProcessMark.layer),
    Layer.provideMerge(storesOf(options.data))
  )

const isAnyAddress = (host: string): boolean => host === "0.0.0.0" || host === "::"

const hostNameOf = (host: string): string => {
  if (host === "127.0.0.1" || isAnyAddress(host)) return "localhost"
  return host.includes(":") ? `[${host}]` : host
}

const portMax = 65_535

/** The port beside the public one, so that it stays the same from start to start. */
const tlsPortOf = (port: number): number => (port === 0 || port === portMax ? 0 : port + 1)

const certified = Effect.fnUntraced(function* ({ allowed, host }: ServerOptions) {
  const directory = yield* Directory
  const names = isAnyAddress(host) ? allowed.hosts : [host, ...allowed.hosts]
  return yield* Effect.promise(() => LocalTls.load(directory.file("tls"), names, Date.now()))
})

/** Where a sandbox is reached, under the name that clients take for loopback. */
interface Addresses {
  readonly url: string
  readonly directUrl: string | null
  readonly tlsUrl: string | null
}

const addressesOf = (host: string, { directPort, port, tlsPort }: Doors.Doors): Addresses => {
  const urlOf = (scheme: "http" | "https", at: number) => `${scheme}://${hostNameOf(host)}:${at}`
  return {
    url: urlOf("http", port),
    directUrl: directPort === null ? null : urlOf("http", directPort),
    tlsUrl: tlsPort === null ? null : urlOf("https", tlsPort)
  }
}

class Listening extends Context.Service<Listening, Addresses>()("@ebb/runtime/Listening") {}

const listen = Effect.fn("listen")(function* (options: ServerOptions) {
  const { allowed, host, httpPort, port, tls } = options
  const http = yield* Http
  const upgrades = yield* Upgrades
  const control = yield* GrpcControl
  const { pacer } = (yield* Kernel).world
  const max = descriptorsMax()
  const doors = yield* Doors.opened({
    host,
    port,
    httpPort,
    tls: tls ? { port: tlsPortOf(port), certified: yield* certified(options) } : null,
    connections: new Connections({ max: Math.min(limits.connections, max), perAddress: limits.connectionsPerAddress }),
    isFull: () => descriptors() >= max,
    fetch: afterStall(
      () => pacer.overdue(),
      (request) => http.fetch(request)
    ),
    upgrade: (wish) => pacer.overdue()?.then(() => upgrades.accept(wish)) ?? upgrades.accept(wish),
    grpc: async (scheme) => (await import("./planes/grpc/GrpcPlane.ts")).serviceOf(control, scheme, allowed)
  })
  const addresses = addressesOf(host, doors)
  const { tlsUrl, url } = addresses
  const served = yield* SandboxHost
  served.addresses = addresses
  const writeRunning = yield* RunningFile
  writeRunning({ pid: process.pid, url, grpc: new URL(url).host, version, ...(tlsUrl === null ? {} : { tlsUrl }) })
  return addresses
})

const serverOf = (options: ServerOptions) =>
  Layer.effect(Listening, listen(options)).pipe(Layer.provideMerge(sandboxOf(options)))

/** A spec that is wrong leaves no trace: it is read once before anything is written. */
const started = (options: ServerOptions) =>
  Layer.unwrap(Effect.as(Effect.forEach(options.specs, UpSpec.read, { discard: true }), serverOf(options)))

type Parts = Layer.Success<ReturnType<typeof serverOf>>

/** What became of the specs, and what whoever started the sandbox may want to know. */
interface Started {
  readonly applied: Restored["Service"]
  /** Apps that cannot have a runner, and why. */
  readonly problems: ReadonlyArray<{ readonly app: string; readonly problem: string | null }>
  /** Of the user's own team. */
  readonly apps: ReadonlyArray<string>
  readonly directory: DataDirectory
  /** A new link that signs a browser in. */
  readonly link: () => string
  /** What the processes of its runners carry. */
  readonly mark: string
}

/** The way down. */
interface GoingDown {
  /** Resolves when somebody asked for it. */
  readonly asked: Promise<void>
  readonly gate: Gate
  /** Resolves when no request is unfinished any more, or the signal fires. */
  readonly drain: (enough: AbortSignal) => Promise<void>
  /** Gives every process the graceful signal and its grace period; nothing is decided any more from here on. */
  readonly endProcesses: () => Promise<void>
}

/** A sandbox with its doors open. */
export class Server {
  private readonly context: Context.Context<Parts>
  private readonly scope: Scope.Closeable

  private constructor(context: Context.Context<Parts>, scope: Scope.Closeable) {
    this.context = context
    this.scope = scope
  }

  /** Brings back what was there, and listens. Rejects with DatabaseLocked when the data directory is taken. */
  static async start(options: ServerOptions): Promise<Server> {
    const scope = Scope.makeUnsafe()
    const built = await Effect.runPromiseExit(Layer.buildWithScope(started(options), scope))
    if (Exit.isSuccess(built)) return new Server(built.value, scope)
    await Effect.runPromise(Scope.close(scope, built))
    throw damaged(new DataDirectory(options.data).database, Cause.squash(built.cause))
  }

  /** One of its parts. */
  get<Id extends Parts, Part>(key: Context.Key<Id, Part>): Part {
    return Context.get(this.context, key)
  }

  get addresses(): Addresses {
    return this.get(Listening)
  }

  get url(): string {
    return this.addresses.url
  }

  /** What is there to be told once it listens. */
  get started(): Started {
    const apps = this.get(Apps)
    const { state } = this.get(Kernel)
    const present = apps.all.filter(({ deleted }) => !deleted)
    const problemOf = (app: LiveApp) => ({ app: app.alias, problem: currentRevision(state, app).problem })
    return {
      applied: this.get(Restored),
      problems: present.map(problemOf).filter(({ problem }) => problem !== null),
      apps: apps.of(personalTeam.name).map(({ alias }) => alias),
      directory: this.get(Directory),
      link: () => this.get(SandboxHost).links.make(this.url),
      mark: this.get(ProcessMark)
    }
  }

  get goingDown(): GoingDown {
    const gate = this.get(Admission)
    const run = (effect: Effect.Effect<void, never, Parts>, signal?: AbortSignal) =>
      Effect.runPromiseExitWith(this.context)(effect, signal === undefined ? {} : { signal })
    return {
      asked: this.get(SandboxHost).downAsked,
      gate,
      drain: async (enough) => void (await run(gate.drained, enough)),
      endProcesses: async () => void (await run(endProcesses))
    }
  }

  /** Closes the doors and the sandbox. */
  stop(): Promise<void> {
    return Effect.runPromise(Scope.close(this.scope, Exit.void))
  }
}

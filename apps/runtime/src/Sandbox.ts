import type { Fleet } from "@ebb/core/fleet/Fleet"
import * as Intake from "@ebb/core/fleet/Intake"
import { journaled } from "@ebb/core/journal/Journal"
import type { JournalWriter } from "@ebb/core/journal/JournalWriter"
import { LaneIndex, RequestKind } from "@ebb/core/tables/Request"
import { version } from "@ebb/text/Version"
import { createHmac } from "node:crypto"
import type { RolloutRecord } from "@ebb/core/tables/RolloutRecord"
import type { Traces } from "./traces/Traces.ts"
import { Apps } from "./kernel/Apps.ts"
import { DataDirectory } from "./store/DataDirectory.ts"
import type { Allowed } from "./edge/Strangers.ts"
import { Announcer } from "./kernel/Announcer.ts"
import { Rollouts } from "./control/Rollouts.ts"
import { Authenticator } from "./control/Authenticator.ts"
import { KeyStore } from "./store/KeyStore.ts"
import { MetaStore } from "./store/MetaStore.ts"
import type { Accepted } from "./store/Outcome.ts"
import { SignInStore } from "./store/SignInStore.ts"
import { TeamStore } from "./store/TeamStore.ts"
import { CatalogStore } from "./store/CatalogStore.ts"
import { Database } from "./store/Database.ts"
import { FileStore } from "./store/FileStore.ts"
import { LedgerStore } from "./store/LedgerStore.ts"
import { type Progress, QueueStore, type StoredRequest } from "./store/QueueStore.ts"
import { RolloutStore } from "./store/RolloutStore.ts"
import { SecretStore } from "./store/SecretStore.ts"
import { WebhookStore } from "./store/WebhookStore.ts"
import { WebhookKey } from "./webhooks/Signature.ts"
import { Webhooks } from "./webhooks/Webhooks.ts"
import * as Clock from "./kernel/Clock.ts"
import { forgetOldest, JournalFile } from "./kernel/JournalFile.ts"
import type { LiveApp, LiveRevision } from "./kernel/LiveApp.ts"
import type { LiveRequest, Settled } from "./kernel/LiveRequest.ts"
import type { LiveRunner } from "./kernel/LiveRunner.ts"
import { type LiveWatcher, LiveWorld } from "./kernel/LiveWorld.ts"
import { simulated } from "./runners/simulated/SimulatedDriver.ts"

const digest = new Uint8Array(32)
const sha256 = (bytes: Uint8Array): Uint8Array => {
  Bun.SHA256.hash(bytes, digest)
  return digest
}

const markKey = "mark"

const markOf = (meta: MetaStore): string => {
  const mark = meta.get(markKey) ?? crypto.randomUUID()
  meta.set(markKey, mark)
  return mark
}

const dayMs = 86_400_000
const payloadsKeptMs = 30 * dayMs
const payloadBytesMax = 2 ** 30
/** Of earlier runs; that of this one is whole, or it could not be replayed. */
const journalBytesMax = 2 ** 30
const pruneEveryMs = 60_000

/** How a sandbox is opened. `speed`: Fleet milliseconds for each of the wall. */
export interface SandboxOptions {
  readonly data: string
  readonly speed: number
  /** Whether runners may be commands and handlers of the user; refused beyond loopback unless asked for. */
  readonly allowProcesses: boolean
  /** Which callers from elsewhere are let in. */
  readonly allowed: Allowed
}

/** What decides how the runners of a revision are run. */
export interface RevisionSource {
  readonly spec: LiveRevision["spec"]
  readonly folder: string
}

/** The live sandbox: a Fleet, its world and all that is kept on disk. The doors and the control plane act on it. */
export class Sandbox {
  readonly directory: DataDirectory
  readonly options: SandboxOptions
  readonly teams: TeamStore
  readonly keys: KeyStore
  readonly signIns: SignInStore
  readonly authenticator: Authenticator
  readonly secrets: SecretStore
  readonly catalog: CatalogStore
  readonly queue: QueueStore
  readonly files: FileStore
  readonly webhookKey: WebhookKey
  readonly webhooks: Webhooks
  readonly ledger: LedgerStore
  readonly rollouts: Rollouts
  readonly apps = new Apps()
  readonly announcer = new Announcer()
  readonly world: LiveWorld
  readonly fleet: Fleet
  readonly journal: JournalFile
  readonly writer: JournalWriter
  /** What the processes of this data directory carry in their environment, to be found by after a crash. */
  readonly mark: string
  /** Signs the tokens of realtime connections. */
  readonly tokenKey: string
  /** Null: nobody is told. */
  traces: Traces | null = null
  /** No new requests are taken any more. */
  isClosing = false
  /** Who waits for a deploy to switch or to be given up, by revision. */
  readonly deploys = new Map<string, (how: "switched" | "aborted") => void>()
  private readonly secretsSeen = new WeakMap<LiveRevision, Pick<LiveRunner, "environment" | "variables">>()
  private readonly database: Database
  private readonly pruning: ReturnType<typeof setInterval>

  /** Throws DatabaseLocked when another process has the data directory. */
  constructor(options: SandboxOptions) {
    this.options = options
    this.directory = new DataDirectory(options.data)
    this.directory.create()
    this.database = new Database(this.directory.database)
    this.teams = new TeamStore(this.database)
    this.keys = new KeyStore(this.database)
    this.signIns = new SignInStore(this.database)
    this.authenticator = new Authenticator(this.keys, this.signIns, this.teams)
    this.mark = markOf(new MetaStore(this.database))
    const secretKey = this.directory.secretKey()
    this.secrets = new SecretStore(this.database, secretKey)
    this.tokenKey = createHmac("sha256", secretKey).update("realtime tokens").digest("hex")
    this.catalog = new CatalogStore(this.database)
    this.queue = new QueueStore(this.database)
    this.files = new FileStore(this.directory.file("files"))
    this.ledger = new LedgerStore(this.database)
    this.webhookKey = new WebhookKey(this.directory.file("webhook.key"))
    this.webhooks = new Webhooks({
      store: new WebhookStore(this.database),
      queue: this.queue,
      key: this.webhookKey,
      speed: options.speed,
      userOf: (app) => this.teams.find(this.catalog.teamOf(app) ?? "")?.userId ?? ""
    })
    forgetOldest(this.directory.file("journal"), journalBytesMax)
    this.journal = new JournalFile(this.directory.file("journal", `${Date.now()}.jsonl`))
    const header = { journal: 2, ebb: version, origin: "live", mode: null, seed: null, spec: {} } as const
    const { makeFleet, writer } = journaled(header, this.journal.sink, sha256)
    this.world = new LiveWorld({ clock: Clock.make(options.speed), watcher: this.watcher(), makeFleet, simulated })
    const { fleet } = this.world
    this.fleet = fleet
    this.writer = writer
    this.rollouts = new Rollouts(new RolloutStore(this.database), this.world, () => fleet.state)
    this.pruning = setInterval(() => this.prune(), pruneEveryMs)
  }

  private prune(): void {
    this.world.runners.forgetBefore(Date.now() - dayMs)
    this.queue.prune(Date.now() - payloadsKeptMs, payloadBytesMax)
    this.files.prune(Date.now() - payloadsKeptMs, payloadBytesMax)
    this.ledger.prune()
  }

  private watcher(): LiveWatcher {
    return {
      runnerCreated: () => {},
      runnerStarts: (runner) => this.giveEnvironment(runner),
      runnerChanged: (runner) => {
        if (runner.endedAtMs !== null && runner.revision.processes !== null) this.keys.revokeOfRunner(runner.id)
        this.announcer.runner(runner.id)
        this.announcer.app(runner.app.id)
      },
      sent: (request, attempt) => this.noteSent(request, attempt),
      retried: (request, retriesUsed) => {
        this.queue.retried(request.id, retriesUsed)
        if (request.runner !== null) this.announcer.runner(request.runner.id)
        this.announcer.app(request.app.id)
      },
      settled: (request, settled) => this.noteSettled(request, settled),
      rolloutChanged: (rollout, how) => {
        // A rollout that begins is written down by whoever asked for it, when its set is whole.
        if (how !== "begun") this.rollouts.save(rollout)
        this.announcer.rollout(this.rollouts.idOf(rollout))
        if (how === "finished") this.traceRollout(rollout)
      },
      deployChanged: (app, revision, how) => {
        const found = app.numbered(revision.number)
        found.state = how === "switched" ? "ready" : "failed"
        this.deploys.get(found.id)?.(how)
        this.transaction(() => {
          this.saveRevision(app, found)
          this.saveApp(app)
        })
        this.announcer.app(app.id)
      }
    }
  }

  /** The environment of a runner is that of its start (platform rule 10). */
  private giveEnvironment(runner: LiveRunner): void {
    const { app, revision } = runner
    const seen = this.secretsOf(runner)
    runner.variables = seen
    if (revision.processes === null) return
    const description = `runner ${runner.id}`
    const key = this.keys.create({ team: app.team, scope: "API", description }, runner.id)
    const platform = {
      FAL_KEY: `${key.id}:${key.secret}`,
      FAL_APP_NAME: app.name,
      FAL_APP_ID: app.id,
      FAL_JOB_ID: runner.id
    }
    runner.variables = { ...seen, ...platform }
  }

  /** A rollout starts thousands of runners at once that see the same: it is read once for each environment. */
  private secretsOf({ app, environment, revision }: LiveRunner): LiveRunner["variables"] {
    const last = this.secretsSeen.get(revision)
    if (last?.environment === environment) return last.variables
    const variables = this.secrets.visible(app.team, app.env, revision.spec.app?.secrets ?? null)
    this.secretsSeen.set(revision, { environment, variables })
    return variables
  }

  private noteSent(request: LiveRequest, attempt: number): void {
    if (request.kind === RequestKind.queued) this.queue.sent(request.id, attempt, request.runner!.id, Date.now())
    if (request.runner !== null) this.announcer.runner(request.runner.id)
    this.announcer.app(request.app.id)
  }

  private traceRollout(rollout: RolloutRecord): void {
    const { alias, team } = this.world.apps[rollout.app.slot]!
    const of = { id: this.rollouts.idOf(rollout), team, alias, isForced: rollout.force }
    this.traces?.rollout(of, this.world.clock.wallMs(rollout.startedAtMs), Date.now())
  }

  private noteSettled(request: LiveRequest, settled: Settled): void {
    const atMs = Date.now()
    this.traces?.request(request, settled, atMs)
    if (settled.outcome === "completed") request.app.latency.record(atMs - request.submittedAtMs, atMs)
    if (request.kind === RequestKind.queued) this.settleQueued(request, settled, atMs)
    else this.ledger.addSoon(this.ledger.row(request, settled, atMs))
    if (request.runner !== null) this.announcer.runner(request.runner.id)
    this.announcer.app(request.app.id)
  }

  /** Result, outcome, ledger row and webhook: all of them once, or none. */
  private settleQueued(request: Accepted & { readonly hasWebhook: boolean }, settled: Settled, atMs: number): void {
    const row = this.ledger.row(request, settled, atMs)
    this.database.transaction(() => {
      if (!this.queue.settle(request.id, settled, atMs)) return
      this.ledger.add(row)
      if (request.hasWebhook) this.webhooks.add(request.id, atMs)
    })
  }

  /** A queued request whose app was deleted with nobody left to tell the Fleet. */
  settleOrphan({ app, attempts, id, submittedAtMs, webhook }: StoredRequest & Progress): void {
    const hasWebhook = webhook !== null
    const request = { id, app: { id: app }, number: 0, kind: RequestKind.queued, submittedAtMs, hasWebhook }
    const errorType = "runner_scheduling_failure"
    const settled = { outcome: "errored", status: 503, errorType, attempts, answer: null } as const
    this.settleQueued(request, settled, Date.now())
  }

  /** All of these changes on disk, or none. */
  transaction<A>(run: () => A): A {
    return this.database.transaction(run)
  }

  /** Writes down an app with what is in force. */
  saveApp(app: LiveApp): void {
    const { auth, env, id, name, regions, team } = app
    const state = this.fleet.state.apps[app.slot]!
    const revision = app.numbered(state.revision.number).id
    this.catalog.saveApp({
      id,
      team,
      env,
      name,
      auth,
      regions,
      revision,
      scaling: state.scaling,
      settings: state.settings
    })
  }

  saveRevision(app: LiveApp, revision: LiveRevision): void {
    const { createdAtMs, files, folder, id, spec, state } = revision
    this.catalog.saveRevision({ id, app: app.id, spec, files, folder, state, createdAtMs })
  }

  /** The number in the Fleet of the next app to be added. */
  get nextSlot(): number {
    return this.fleet.state.apps.length
  }

  /** Requests that the sandbox waits for before it goes down: those in flight and, as their callers wait, all direct ones. */
  unfinished(): number {
    return this.fleet.state.apps.reduce((sum, app) => sum + app.attempts.length + app.lanes[LaneIndex.direct].length, 0)
  }

  /** Requests that wait in a queue, retry back-off included. */
  queued(): number {
    return this.fleet.state.apps.reduce((sum, app) => sum + Intake.queueSize(app), 0)
  }

  /** The journal of this run so far, with an end of its own: a copy that can be replayed. */
  exportJournal(): string {
    return `${this.journal.read()}${this.writer.endSoFar()}\n`
  }

  /** Ends everything at once; what is durable stays. */
  close(): void {
    this.isClosing = true
    clearInterval(this.pruning)
    this.webhooks.stop()
    this.world.pacer.stop()
    this.ledger.flush()
    this.writer.end()
    this.journal.close()
    this.database.close()
  }
}

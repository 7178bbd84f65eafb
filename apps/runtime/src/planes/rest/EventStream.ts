import type { AppView, Changes, RunnerView, Snapshot } from "@ebb/protocol/rest/Events"
import type { RolloutSummary } from "@ebb/protocol/rest/Shapes"
import { Context, Effect, Layer, Schedule } from "effect"
import { type RolloutBook, Rollouts } from "../../control/Rollouts.ts"
import { limits } from "../../edge/Limits.ts"
import { type Announcer, Announcing } from "../../kernel/Announcer.ts"
import { Apps, type KnownApps } from "../../kernel/Apps.ts"
import { Kernel, type LiveFleet } from "../../kernel/Kernel.ts"
import type { LiveApp, NamedApp } from "../../kernel/LiveApp.ts"
import { appView, hasAged, runnerView } from "./EventViews.ts"
import { History } from "./History.ts"

const tickMs = 33

/** Sends a message on; resolves when the listener has room for the next. */
type Send = (message: Snapshot | Changes) => Promise<unknown>

/** Ids of what may look different now. */
class Changed {
  readonly runners = new Set<string>()
  readonly apps = new Set<string>()
  readonly rollouts = new Set<string>()

  add(other: Changed): void {
    for (const id of other.runners) this.runners.add(id)
    for (const id of other.apps) this.apps.add(id)
    for (const id of other.rollouts) this.rollouts.add(id)
  }

  clear(): void {
    for (const ids of [this.runners, this.apps, this.rollouts]) ids.clear()
  }
}

/** One listener to the apps that it wants; while it is slow, what it misses is told in one message later. */
interface Follower {
  readonly wants: (app: NamedApp) => boolean
  readonly send: Send
  readonly missed: Changed
  /** Apps that it knows to be deleted: the last runners of such an app still change, and another may have its name by then. */
  readonly buried: WeakSet<LiveApp>
  isBusy: boolean
  /** Of what it missed something is remembered no more: it is told all there is anew. */
  isLost: boolean
}

/** What the stream looks at. */
interface Seen {
  readonly announcer: Announcer
  readonly apps: KnownApps
  readonly kernel: LiveFleet
  readonly rollouts: RolloutBook
}

/** What there is to see at one instant, each thing looked at once for all listeners. */
class Look {
  private readonly seen: Seen
  private readonly shown: WeakMap<LiveApp, AppView>
  private readonly apps = new Map<LiveApp, AppView>()
  private readonly runners = new Map<string, RunnerView | null>()
  private readonly rollouts = new Map<string, RolloutSummary>()

  /** `shown`: how each app was last shown to anybody. */
  constructor(seen: Seen, shown: WeakMap<LiveApp, AppView>) {
    this.seen = seen
    this.shown = shown
  }

  app(app: LiveApp): AppView {
    const view = this.apps.get(app) ?? appView(this.seen.kernel, app)
    this.apps.set(app, view)
    this.shown.set(app, view)
    return view
  }

  runner(id: string): RunnerView | null {
    const known = this.runners.get(id)
    if (known !== undefined) return known
    const { kernel, rollouts } = this.seen
    const live = kernel.world.runners.find(id)
    const view = live === null ? null : runnerView(kernel, rollouts, live)
    this.runners.set(id, view)
    return view
  }

  /**
   * Those under way and those asked for by id: a member's drain changes its rollout as well. That of a deleted app is told of
   * when it is over: until then it would look like one of the next app of that name.
   */
  rolloutsOf(wants: (app: NamedApp) => boolean, ids: ReadonlySet<string>): ReadonlyArray<RolloutSummary> {
    const { kernel, rollouts } = this.seen
    const { state, world } = kernel
    const found: Array<RolloutSummary> = []
    for (const record of state.rollouts) {
      const id = rollouts.idOf(record)
      if (record.finishedAtMs === null ? record.app.deleted : !ids.has(id)) continue
      if (!wants(world.apps[record.app.slot]!)) continue
      const summary = this.rollouts.get(id) ?? rollouts.summary(record)
      this.rollouts.set(id, summary)
      found.push(summary)
    }
    return found
  }
}

const nothing: ReadonlySet<string> = new Set()
const rememberEvery = Schedule.spaced("1 second")

/** The event stream of a sandbox: gathers what changed and tells all its listeners at most 30 times a second. */
export class EventStream {
  private readonly seen: Seen
  private readonly followers = new Set<Follower>()
  private readonly changed = new Changed()
  private readonly history: History
  private readonly shown = new WeakMap<LiveApp, AppView>()
  private timer: ReturnType<typeof setTimeout> | null = null
  private seq = 0

  private readonly deafen: () => void

  constructor(seen: Seen) {
    this.seen = seen
    this.history = new History(seen.apps, seen.kernel.state)
    this.deafen = seen.announcer.listen({
      runner: (id) => this.note(this.changed.runners, id),
      app: (id) => {
        this.history.note(id)
        this.note(this.changed.apps, id)
      },
      rollout: (id) => {
        this.note(this.changed.rollouts, id)
        this.noteMembers(id)
      }
    })
  }

  private note(changed: Set<string>, id: string): void {
    if (this.followers.size === 0) return
    changed.add(id)
    this.timer ??= setTimeout(() => this.tick(), tickMs)
  }

  /** A runner that waits for its replacement shows it, and says so nowhere else. */
  private noteMembers(id: string): void {
    if (this.followers.size === 0) return
    const { kernel, rollouts } = this.seen
    const { state, world } = kernel
    const record = state.rollouts.findLast((one) => rollouts.idOf(one) === id)
    for (const { runner } of record?.members ?? []) {
      const live = world.runners.numbered(runner)
      if (live !== null && live.endedAtMs === null) this.note(this.changed.runners, live.id)
    }
  }

  /** Sends what there is, then what changes, of the apps wanted; the answer ends it. */
  follow(wants: (app: NamedApp) => boolean, send: Send): () => void {
    if (this.timer !== null) this.tick()
    const buried = new WeakSet<LiveApp>()
    const follower: Follower = { wants, send, missed: new Changed(), buried, isBusy: false, isLost: false }
    this.followers.add(follower)
    this.seq++
    this.give(follower, this.snapshot(follower))
    return () => {
      this.followers.delete(follower)
    }
  }

  private give(follower: Follower, message: Snapshot | Changes): void {
    follower.isBusy = true
    const done = (): void => {
      follower.isBusy = false
    }
    follower.send(message).then(done, done)
  }

  private snapshot({ buried, wants }: Follower): Snapshot {
    const { apps: known, kernel } = this.seen
    const look = new Look(this.seen, this.shown)
    const runners: Array<RunnerView> = []
    for (const app of known.all) if (app.deleted) buried.add(app)
    for (const live of kernel.world.runners.all()) {
      if (live.endedAtMs !== null || live.app.deleted || !wants(live.app)) continue
      const view = look.runner(live.id)
      if (view !== null) runners.push(view)
    }
    const apps = known.all.filter((app) => !app.deleted && wants(app))
    return {
      type: "snapshot",
      seq: this.seq,
      atMs: Date.now(),
      apps: apps.map((app) => look.app(app)),
      runners,
      rollouts: look.rolloutsOf(wants, nothing),
      history: apps.map((app) => this.history.of(app))
    }
  }

  private tick(): void {
    this.timer = null
    this.seq++
    const look = new Look(this.seen, this.shown)
    const atMs = Date.now()
    for (const follower of this.followers) {
      if (!follower.isLost) this.miss(follower)
      if (!follower.isBusy) this.tell(follower, look, atMs)
    }
    this.changed.clear()
    // Whoever was busy hears of it at the next tick, whether or not anything else happens until then.
    const isBehind = [...this.followers].some(
      ({ isBusy, isLost, missed }) => isBusy && (isLost || missed.apps.size + missed.runners.size > 0)
    )
    if (isBehind) this.timer ??= setTimeout(() => this.tick(), tickMs)
  }

  /** More than can be remembered is not kept for a listener that does not read. */
  private miss(follower: Follower): void {
    const { missed } = follower
    missed.add(this.changed)
    const isTooMuch = missed.rollouts.size > limits.rollouts
    if (isTooMuch || (missed.runners.size > 2 * limits.endedRunners && this.isForgotten(missed))) this.lose(follower)
  }

  private lose(follower: Follower): void {
    follower.isLost = true
    follower.missed.clear()
  }

  /** Whether it is known no more of one of these runners whose it was, and so not who may be told that it is gone. */
  private isForgotten({ runners }: Changed): boolean {
    const { world } = this.seen.kernel
    return [...runners].some((id) => world.runners.find(id) === null)
  }

  private tell(follower: Follower, look: Look, atMs: number): void {
    if (!follower.isLost && this.isForgotten(follower.missed)) this.lose(follower)
    if (follower.isLost) {
      follower.isLost = false
      return this.give(follower, this.snapshot(follower))
    }
    const message = this.changes(follower, look, atMs)
    follower.missed.clear()
    const { apps, deleted, gone, rollouts, runners } = message
    if (apps.length + deleted.length + gone.length + rollouts.length + runners.length > 0) this.give(follower, message)
  }

  private changes({ buried, missed, wants }: Follower, look: Look, atMs: number): Changes {
    const { apps: known, kernel } = this.seen
    const runners: Array<RunnerView> = []
    const gone: Array<string> = []
    for (const id of missed.runners) {
      const live = kernel.world.runners.find(id)
      if (live === null || !wants(live.app)) continue
      const view = look.runner(id)
      if (view === null) gone.push(id)
      else if (!live.app.deleted) runners.push(view)
    }
    const apps = [...missed.apps].flatMap((id) => known.byId(id) ?? []).filter(wants)
    const deleted = apps.filter((app) => app.deleted && !buried.has(app))
    for (const app of deleted) buried.add(app)
    return {
      type: "changes",
      seq: this.seq,
      atMs,
      apps: apps.filter((app) => !app.deleted).map((app) => look.app(app)),
      runners,
      gone,
      rollouts: look.rolloutsOf(wants, missed.rollouts),
      deleted: deleted.map((app) => app.alias)
    }
  }

  /** Takes down how the apps look, and tells what time alone changed; to be called once a second. */
  remember(): void {
    this.noteAged()
    this.history.write()
  }

  /** The latencies of the last minute, and faults that end by themselves: nothing announces these. */
  private noteAged(): void {
    if (this.followers.size === 0) return
    const { apps, kernel } = this.seen
    for (const app of apps.all) {
      const last = this.shown.get(app)
      if (last === undefined || app.deleted || !hasAged(last, app, kernel)) continue
      this.history.note(app.id)
      this.note(this.changed.apps, app.id)
    }
  }

  /** Nobody is told anything any more. */
  stop(): void {
    this.deafen()
    if (this.timer !== null) clearTimeout(this.timer)
  }
}

export class Events extends Context.Service<Events, EventStream>()("@ebb/runtime/planes/rest/Events") {
  static readonly layer = Layer.effect(
    Events,
    Effect.gen(function* () {
      const seen = { announcer: yield* Announcing, apps: yield* Apps, kernel: yield* Kernel, rollouts: yield* Rollouts }
      const events = yield* Effect.acquireRelease(
        Effect.sync(() => new EventStream(seen)),
        (stream) => Effect.sync(() => stream.stop())
      )
      const remember = Effect.sync(() => events.remember())
      yield* Effect.forkScoped(Effect.schedule(remember, rememberEvery))
      return events
    })
  )
}

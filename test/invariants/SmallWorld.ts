import { type App, defaultRevision, defaultScaling, type HealthCheck } from "@ebb/core/domain/App"
import { Fleet } from "@ebb/core/fleet/Fleet"
import type { FleetPort } from "@ebb/core/fleet/FleetPort"
import type { FleetOptions } from "@ebb/core/fleet/FleetState"
import { Bytes } from "@ebb/core/journal/Bytes"
import { RecordingPort } from "@ebb/core/journal/RecordingPort"
import { decoder } from "@ebb/core/journal/Utf8"
import { copy } from "@ebb/core/snapshot/Copy"
import { plainSubmission } from "@ebb/core/fleet/Intake"
import type { Request, Runner } from "@ebb/core/tables/Records"
import { LaneIndex, RequestKind, RequestStage } from "@ebb/core/tables/RequestState"
import type { RevisionState } from "@ebb/core/tables/RevisionState"
import { isServing, isStarting, RunnerState } from "@ebb/core/tables/RunnerState"
import type { Profile } from "@ebb/sim/world/Profile"
import * as Random from "@ebb/sim/workload/Random"
import { VirtualWorld } from "@ebb/sim/world/VirtualWorld"
import * as WorldSnapshot from "@ebb/sim/world/WorldSnapshot"
import { Invariants, type Remaining } from "./Invariants.ts"
import type { Seen } from "./Violation.ts"
import type { Happening, Story } from "./Story.ts"

/** Makes the Fleet of a world; a test of the invariants makes a broken one. */
export type MakeFleet = (port: FleetPort, options: FleetOptions) => Fleet

export const soundFleet: MakeFleet = (port, options) => new Fleet(port, options)

/** Plays a story and verifies the nine invariants after every input; ends by letting everything come to rest. */
export const play = (story: Story, makeFleet: MakeFleet = soundFleet, seen: Seen = new Map()): void => {
  const options = optionsOf(story)
  let invariants: Invariants | null = null
  const world: VirtualWorld = new VirtualWorld(profileOf(story), (port) => {
    const remaining: Remaining = (fleet, request) => world.runners.remainingMs(fleet.state.nowMs, request)
    invariants = new Invariants(port, remaining, seen, (checked) => makeFleet(checked, options))
    return invariants.fleet
  })
  new SmallWorld(story, world, invariants).playOn()
}

const optionsOf = ({ exitsReported, runnersAtOnce }: Story): FleetOptions => ({
  exitsReported,
  ...(runnersAtOnce === null ? {} : { runnersAtOnce })
})

/** All that a Fleet had asked of its world by the end of a story. */
type Outputs = string

/**
 * Plays a story to its end in four ways: whole; up to so many happenings and then on, with a copy taken there; that copy; and
 * what was written down there and read back.
 */
export const playForked = (
  story: Story,
  forkAt: number
): Readonly<Record<"whole" | "on" | "copied" | "read", Outputs>> => {
  const profile = profileOf(story)
  const outputsOf = (from: SmallWorld): Outputs => {
    from.playOn()
    const { outputs } = from.fleet.state.port as RecordingPort
    return decoder.decode(outputs.all.subarray(0, outputs.length))
  }
  const begun = (): SmallWorld => new SmallWorld(story, bareWorld(story, profile), null)
  const original = begun()
  original.playOn(forkAt)
  const copied = original.fork(profile)
  const written = original.write(profile)
  const on = outputsOf(original)
  const read = SmallWorld.read(story, profile, written)
  return { whole: outputsOf(begun()), on, copied: outputsOf(copied), read: outputsOf(read) }
}

/** A story after so many happenings. */
export const worldAt = (story: Story, happenings: number): SmallWorld => {
  const world = new SmallWorld(story, bareWorld(story, profileOf(story)), null)
  world.playOn(happenings)
  return world
}

/** With nobody who looks on: all of it is data. */
const bareWorld = (story: Story, profile: Profile): VirtualWorld =>
  new VirtualWorld(profile, (port) => new Fleet(new RecordingPort(port), optionsOf(story)))

/** Longer than any grace period, retry back-off and request_timeout: after that nothing is under way that must end. */
const restMs = 600_000

/** What a small world is, when nobody looks on. */
interface Played {
  readonly world: VirtualWorld
  readonly revisions: ReadonlyArray<RevisionState>
}

const recording = { RecordingPort, Bytes }

class SmallWorld {
  private readonly story: Story
  private readonly world: VirtualWorld
  private readonly invariants: Invariants | null
  readonly fleet: Fleet
  private readonly revisions: Array<RevisionState>
  private nowMs = 0
  /** So many happenings have been played. */
  private played = 0

  constructor(story: Story, world: VirtualWorld, invariants: Invariants | null, revisions: Played["revisions"] = []) {
    this.story = story
    this.world = world
    this.invariants = invariants
    this.fleet = world.fleet
    this.revisions = [...revisions]
  }

  /** An exact copy, which goes on by itself. */
  fork(profile: Profile): SmallWorld {
    const { story, world, revisions } = this
    const copied = copy<Played>({ world, revisions }, WorldSnapshot.commonTo(profile))
    return new SmallWorld(story, copied.world, null, copied.revisions).at(this.nowMs, this.played)
  }

  write(profile: Profile): string {
    const { nowMs, played, revisions, world } = this
    return WorldSnapshot.write({ nowMs, played, revisions, world }, profile, recording)
  }

  static read(story: Story, profile: Profile, text: string): SmallWorld {
    const read = WorldSnapshot.read(text, profile, recording) as Played & {
      readonly nowMs: number
      readonly played: number
    }
    return new SmallWorld(story, read.world, null, read.revisions).at(read.nowMs, read.played)
  }

  private at(nowMs: number, played: number): this {
    this.nowMs = nowMs
    this.played = played
    return this
  }

  /** So many happenings more; without a number to the end, and until everything has come to rest. */
  playOn(count?: number): void {
    const { happenings } = this.story
    if (this.fleet.state.apps.length === 0) this.fleet.addApp(0, appOf(this.story))
    this.invariants?.verify()
    for (const { after, what } of happenings.slice(this.played, count)) {
      this.nowMs += after
      // Between two inputs of one step anything may happen.
      if (after === 0 && this.story.runnersAtOnce !== null) this.runEvents(this.nowMs, 1)
      else this.runEvents(this.nowMs)
      this.happen(this.nowMs, what)
      this.invariants?.verify()
      this.played++
    }
    if (count !== undefined) return
    this.runEvents(this.nowMs + restMs)
    this.invariants?.verifyAtRest()
  }

  private runEvents(untilMs: number, most = 5000): void {
    const { timeline } = this.world
    for (let n = 0; timeline.nextMs <= untilMs && n < most; n++) {
      timeline.step()
      this.invariants?.verify()
    }
  }

  private happen(nowMs: number, what: Happening): void {
    const { fleet } = this
    switch (what.do) {
      case "submit":
        return this.submit(nowMs, what)
      case "rollout":
        return this.rollout(nowMs, what.way)
      case "scale":
        return this.scale(nowMs, what)
      case "secret":
        return fleet.secretChanged(nowMs, 0)
      case "flush":
        return void fleet.flush(nowMs, 0, null)
      case "delete":
        return fleet.deleteApp(nowMs, 0)
      case "capacity":
        return fleet.setCapacity(nowMs, "t", "GPU-H100", what.gpus)
      case "deploy":
        return this.deploy(nowMs, what.way)
      case "restore":
        return this.restore(nowMs, what.which, what.rolling)
      case "killRevision":
        return this.killRevision(nowMs, what)
      case "session":
        return this.session(nowMs, what)
      case "check":
        return this.check(nowMs, what)
      case "cancel":
      case "answer":
      case "broken":
        return this.onRequest(nowMs, what)
      default:
        return this.onRunner(nowMs, what)
    }
  }

  private submit(nowMs: number, what: Happening & { readonly do: "submit" }): void {
    const { kind, low, service, startTimeout: startTimeoutMs } = what
    this.invariants?.submitting()
    const request = this.world.submit(nowMs, 0, { ...plainSubmission(kind), low, startTimeoutMs }, service)
    if (request === null) this.invariants?.refused()
  }

  private rollout(nowMs: number, way: 0 | 1 | 2): void {
    const force = way === 2
    const before = force ? (this.invariants?.inDanger() ?? []) : []
    this.fleet.rollout(nowMs, 0, { force, order: force ? null : way === 1 ? "replace_first" : "stop_first" })
    if (force) this.invariants?.checkForced(before)
  }

  private scale(nowMs: number, what: Happening & { readonly do: "scale" }): void {
    const {
      buffer: concurrencyBuffer,
      perc: concurrencyBufferPerc,
      delay: scalingDelaySeconds,
      max,
      min,
      slots: maxMultiplexing
    } = what
    const [minConcurrency, maxConcurrency] = [Math.min(min, max), max]
    const buffers = { concurrencyBuffer, concurrencyBufferPerc }
    this.fleet.scale(nowMs, 0, { minConcurrency, maxConcurrency, ...buffers, maxMultiplexing, scalingDelaySeconds })
  }

  private deploy(nowMs: number, way: number): void {
    const strategy = way === 0 ? "recreate" : "rolling"
    const revision = appOf(this.story).revision
    const number = this.fleet.deploy(nowMs, 0, { revision, scaling: null, strategy, detached: way === 2 })
    this.revisions.push({ number, settings: revision })
  }

  private restore(nowMs: number, which: number, rolling: boolean): void {
    const revision = this.revisions[which % Math.max(1, this.revisions.length)]
    if (revision !== undefined) this.fleet.setRevision(nowMs, 0, revision, rolling ? "rolling" : "recreate")
  }

  private killRevision(nowMs: number, { which }: { readonly which: number }): void {
    const revision = this.revisions[which % Math.max(1, this.revisions.length)]
    if (revision !== undefined) this.fleet.killRevision(nowMs, 0, revision.number)
  }

  private session(nowMs: number, { what, which }: { readonly what: number; readonly which: number }): void {
    const sessions = this.inFlight().filter(({ kind }) => kind === RequestKind.realtime)
    const session = sessions[which % Math.max(1, sessions.length)]
    if (session !== undefined) this.fleet.session(nowMs, session.slot, session.epoch, messages[what]!)
  }

  private check(nowMs: number, { ok, origin, which }: Happening & { readonly do: "check" }): void {
    const serving = this.fleet.state.runners.all.filter(({ state }) => isServing(state))
    const runner = serving[which % Math.max(1, serving.length)]
    if (runner !== undefined) this.fleet.checked(nowMs, runner.slot, runner.epoch, origins[origin]!, ok)
  }

  private onRequest(nowMs: number, what: Happening & { readonly do: "cancel" | "answer" | "broken" }): void {
    const open =
      what.do === "cancel" ? this.openRequests() : this.inFlight().filter(({ kind }) => kind !== RequestKind.realtime)
    const request = open[what.which % Math.max(1, open.length)]
    if (request === undefined) return
    const { epoch, number, slot } = request
    if (what.do === "cancel")
      this.fleet.cancel(
        nowMs,
        slot,
        number,
        what.gone && request.lane === LaneIndex.direct ? "disconnected" : "cancelled"
      )
    else if (what.do === "answer") this.fleet.answer(nowMs, slot, epoch, what.status, controls[what.control]!)
    else this.fleet.broken(nowMs, slot, epoch, ways[what.by]!)
  }

  private onRunner(nowMs: number, what: { readonly do: string; readonly which: number }): void {
    const runners = this.fleet.state.runners.all.filter(({ state }) => state !== RunnerState.TERMINATED)
    const runner: Runner | undefined = runners[what.which % Math.max(1, runners.length)]
    if (runner === undefined) return
    const { epoch, slot } = runner
    if (what.do === "kill") this.fleet.killRunner(nowMs, slot, epoch)
    else if (what.do === "crash" && !isStarting(runner.state) && runner.state !== RunnerState.FAILURE_DELAY)
      this.fleet.exited(nowMs, slot, epoch)
    else if (what.do === "hang") this.hang(runner)
    else if (what.do !== "crash") this.fleet.stopRunner(nowMs, slot, epoch, what.do === "replace")
  }

  private hang(runner: Runner): void {
    this.world.runners.hold(runner, Infinity, true)
    this.invariants?.hung(runner)
  }

  private openRequests(): ReadonlyArray<Request> {
    return this.fleet.state.requestsOf(this.fleet.state.apps[0]!)
  }

  private inFlight(): ReadonlyArray<Request> {
    return this.openRequests().filter(({ stage }) => stage === RequestStage.inFlight)
  }
}

const messages = ["message_began", "message_ended", "closed", "dropped"] as const
const origins = ["regular", "on_demand", "tcp"] as const
const ways = ["incomplete", "refused", "connect_timeout", "connection"] as const

const plain = { needsRetry: null, stopRunner: null, healthCheck: false, hints: null } as const
const controls = [
  plain,
  { ...plain, needsRetry: true },
  { ...plain, needsRetry: false },
  { ...plain, stopRunner: true },
  { ...plain, stopRunner: false },
  { ...plain, healthCheck: true }
] as const

const healthCheck: HealthCheck = {
  path: "/health",
  method: "GET",
  startPeriodSeconds: 0,
  timeoutSeconds: 5,
  failureThreshold: 2,
  callRegularly: true
}

const appOf = ({ grace, keepAlive, slots }: Story): App => ({
  team: "t",
  env: "main",
  name: "app",
  scaling: {
    ...defaultScaling,
    maxConcurrency: 5,
    keepAliveSeconds: keepAlive,
    requestTimeoutSeconds: 40
  },
  revision: {
    ...defaultRevision,
    machineTypes: ["GPU-H100"],
    maxMultiplexing: slots,
    startupTimeoutSeconds: 20,
    gracePeriodSeconds: grace,
    healthCheck
  }
})

const profileOf = ({ seed, setupFailure }: Story): Profile => {
  const random = Random.make(seed)
  const draw = (stream: number, entity: number) => random.uniform(stream, entity, 0)
  return {
    schedulingMs: (runner) => 2000 * draw(1, runner),
    schedulingFails: (runner) => draw(2, runner) < setupFailure / 4,
    cached: (runner) => draw(3, runner) < 0.5,
    dockerPullMs: (runner) => 5000 * draw(4, runner),
    setupMs: (runner) => (draw(5, runner) < 0.1 ? 30_000 : 8000 * draw(5, runner)),
    setupFails: (runner) => draw(6, runner) < setupFailure,
    teardownMs: (runner) => (draw(7, runner) < 0.1 ? Infinity : 1000 * draw(7, runner)),
    crashAfterMs: (runner) => (draw(8, runner) < 0.1 ? 20_000 * draw(9, runner) : Infinity),
    hangs: (request, attempt) => random.uniform(10, request, attempt) < 0.01,
    pace: () => null,
    serviceMs: () => 1000
  }
}

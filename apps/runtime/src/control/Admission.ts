import * as Intake from "@ebb/core/fleet/Intake"
import type { Member } from "@ebb/core/tables/Records"
import { LaneIndex } from "@ebb/core/tables/RequestState"
import { Context, Effect, Layer, Schedule } from "effect"
import { Kernel, type LiveFleet } from "../kernel/Kernel.ts"
import type { LiveRunner } from "../kernel/LiveRunner.ts"
import type { World } from "../kernel/World.ts"
import { Processes } from "../kernel/Processes.ts"

const drainEvery = Schedule.spaced("50 millis")

/** Whether new requests are taken, and what is left of those that were. */
export class Gate {
  private readonly kernel: LiveFleet
  isClosed = false

  constructor(kernel: LiveFleet) {
    this.kernel = kernel
  }

  /** From here on there are no new requests, and queued ones that wait stay on disk. */
  close(): void {
    this.isClosed = true
    this.kernel.world.input((fleet, nowMs) => fleet.holdQueues(nowMs))
  }

  /** Requests that the sandbox waits for before it goes down: those in flight and, as their callers wait, all direct ones. */
  unfinished(): number {
    const { apps } = this.kernel.state
    return apps.reduce((sum, app) => sum + app.attempts.length + app.lanes[LaneIndex.direct].length, 0)
  }

  /** Requests that wait in a queue, retry back-off included. */
  queued(): number {
    return this.kernel.state.apps.reduce((sum, app) => sum + Intake.queueSize(app), 0)
  }

  /** Runners that rollouts under way have told to end and that have not: none takes longer than its grace period. */
  ending(): number {
    return new Set(this.endingMembers().map(({ runner }) => runner)).size
  }

  private endingMembers(): ReadonlyArray<Member> {
    const underWay = this.kernel.state.rollouts.filter(({ finishedAtMs }) => finishedAtMs === null)
    return underWay.flatMap(({ members }) => members.filter(isEnding))
  }

  /** Until no request is unfinished any more, and the runners that a rollout has told to end by then have ended; idle realtime sessions are closed meanwhile. */
  get drained(): Effect.Effect<void> {
    const requests = once(() => {
      this.kernel.operations.closeIdleSessions()
      return this.unfinished() === 0
    })
    const runners = Effect.suspend(() => {
      const members = this.endingMembers()
      return once(() => !members.some(isEnding))
    })
    return Effect.andThen(requests, runners)
  }
}

const once = (isDone: () => boolean): Effect.Effect<void> =>
  Effect.asVoid(Effect.repeat(Effect.sync(isDone), { schedule: drainEvery, until: (done) => done }))

const isEnding = ({ endedBy, signalledAtMs }: Member): boolean => signalledAtMs !== null && endedBy === null

const endedEvery = Schedule.spaced("50 millis")

/** Gives every process the graceful signal and its grace period; nothing is decided any more from here on. */
export const endProcesses = Effect.gen(function* () {
  const { world } = yield* Kernel
  const processes = yield* Processes
  world.pacer.stop()
  let graceMs = 0
  for (const live of world.runners.all()) graceMs = Math.max(graceMs, endOne(world, live))
  if (graceMs === 0) return
  const isOver = Effect.sync(() => !processes.areRunning())
  yield* Effect.repeat(isOver, { schedule: endedEvery, until: (over) => over }).pipe(Effect.timeoutOption(graceMs))
})

/** How long it may take, in wall milliseconds. */
const endOne = (world: World, live: LiveRunner): number => {
  const { inFleet, processes } = live.revision
  const runner = live.endedAtMs === null && processes !== null ? live.recordIn(world.fleet.state) : null
  if (runner === null) return 0
  processes?.runners.terminate(runner)
  return (inFleet.settings.gracePeriodSeconds * 1000) / world.clock.speed
}

export class Admission extends Context.Service<Admission, Gate>()("@ebb/runtime/control/Admission") {
  static readonly layer = Layer.effect(
    Admission,
    Effect.map(Kernel, (kernel) => new Gate(kernel))
  )
}

import type { Fleet } from "@ebb/core/fleet/Fleet"
import type { TimerKind } from "@ebb/core/fleet/FleetPort"
import { copy } from "@ebb/core/snapshot/Copy"
import type { Request } from "@ebb/core/tables/Records"
import { LaneIndex, RequestStage } from "@ebb/core/tables/RequestState"
import { EventQueue } from "./EventQueue.ts"
import type { Profile } from "./Profile.ts"
import { eventKinds, SimulatedRunners } from "./SimulatedRunners.ts"

/** After the events of simulated runners: a caller gives up; then the Fleet's timers, by their kind. */
const patience = eventKinds
const firstTimer = patience + 1

/** One that a Fleet has asked for. */
export interface Timer {
  readonly atMs: number
  readonly kind: TimerKind
  readonly slot: number
  readonly epoch: number
}

/** What comes to pass in a world by itself, in one order: on simulated runners, by timers of its Fleet, by its callers. */
export class Timeline {
  readonly runners: SimulatedRunners
  private readonly fleet: Fleet
  private readonly queue = new EventQueue()
  /** When the last event came to pass. */
  nowMs = 0

  constructor(fleet: Fleet, profile: Profile, serviceMs: (request: Request) => number) {
    this.fleet = fleet
    this.runners = new SimulatedRunners({ fleet, queue: this.queue, profile, serviceMs })
  }

  /** When the next event is due in Fleet milliseconds, Infinity when there is none. */
  get nextMs(): number {
    return this.queue.nextMs
  }

  /** Runs the next event, at its time. */
  step(): void {
    const { queue } = this
    const nowMs = queue.nextMs
    queue.pop()
    this.nowMs = nowMs
    const { epoch, kind, slot } = queue
    if (kind >= firstTimer) this.fleet.timer(nowMs, (kind - firstTimer) as TimerKind, slot, epoch)
    else if (kind === patience) this.patienceOver(nowMs, slot, epoch)
    else this.runners.happen(nowMs, kind, slot, epoch)
  }

  /** A timer that the Fleet asks for. */
  wake(kind: TimerKind, slot: number, epoch: number, atMs: number): void {
    this.queue.push(atMs, firstTimer + kind, slot, epoch)
  }

  /** The timers that are still to come as of now, to be put in order when there is time. */
  timers(): () => ReadonlyArray<Timer> {
    const queue = copy(this.queue, new Map())
    return () => timersIn(queue, firstTimer)
  }

  /** The caller of a request gives up at that time if it is still in line. */
  giveUpAt(atMs: number, { number, slot }: Request): void {
    this.queue.push(atMs, patience, slot, number)
  }

  private patienceOver(nowMs: number, slot: number, number: number): void {
    const request = this.fleet.state.requests.all[slot]
    if (request === undefined || request.number !== number) return
    if (request.stage !== RequestStage.waiting && request.stage !== RequestStage.backoff) return
    const how = request.lane === LaneIndex.direct ? "disconnected" : "cancelled"
    this.fleet.cancel(nowMs, slot, number, how)
  }
}

/** In order; none is left in the queue. `first`: the number of the kind that the Fleet numbers 0, where others come before it. */
export const timersIn = (queue: EventQueue, first = 0): ReadonlyArray<Timer> => {
  const timers: Array<Timer> = []
  while (queue.length > 0) {
    const atMs = queue.nextMs
    queue.pop()
    const { epoch, kind, slot } = queue
    if (kind >= first) timers.push({ atMs, kind: (kind - first) as TimerKind, slot, epoch })
  }
  return timers
}

import type { Fleet } from "@ebb/core/fleet/Fleet"
import { TimerKind, timerOwners } from "@ebb/core/fleet/FleetPort"
import type { AppState } from "@ebb/core/tables/Records"
import type { RevisionState } from "@ebb/core/tables/RevisionState"
import { copy } from "@ebb/core/snapshot/Copy"
import { EventQueue } from "@ebb/sim/world/EventQueue"
import { type Timer, timersIn } from "@ebb/sim/world/Timeline"
import type { Clock } from "./Clock.ts"
import type { LiveApp } from "./LiveApp.ts"
import type { Timeline } from "./Tasks.ts"

interface Needs {
  /** By their number in the Fleet. */
  readonly apps: ReadonlyArray<LiveApp | undefined>
  readonly clock: Clock
  readonly fleet: Fleet
}

/** The Fleet's timers of runners that are processes, and of apps that have such in force: what these do in time may be read late. */
export class ProcessTimers implements Timeline {
  private readonly needs: Needs
  private readonly queue = new EventQueue()

  constructor(needs: Needs) {
    this.needs = needs
  }

  /** Whether a timer is one of these. A portion is part of the step that it belongs to, so of its instant. */
  has(kind: TimerKind, slot: number): boolean {
    if (kind === TimerKind.portion) return false
    const { apps, requests, runners } = this.needs.fleet.state
    const owner = timerOwners[kind]
    if (owner === "runner") return this.isProcess(runners.all[slot]!.app, runners.all[slot]!.revision)
    const app = owner === "app" ? apps[slot]! : requests.all[slot]!.app
    return this.isProcess(app, app.revision)
  }

  private isProcess({ slot }: AppState, { number }: RevisionState): boolean {
    // One that was forgotten may have runners yet.
    const revision = this.needs.apps[slot]?.revisions.find(({ inFleet }) => inFleet.number === number)
    return revision !== undefined && revision.processes !== null
  }

  /** A limit lasts as long as it should from now on, even if time is late. */
  wake(kind: TimerKind, slot: number, epoch: number, atMs: number): void {
    const { clock, fleet } = this.needs
    const lateMs = Math.max(0, clock.nowMs() - fleet.state.nowMs)
    this.queue.push(atMs + lateMs, kind, slot, epoch)
  }

  get nextMs(): number {
    return this.queue.nextMs
  }

  step(atMs: number): void {
    const { queue } = this
    queue.pop()
    this.needs.fleet.timer(atMs, queue.kind as TimerKind, queue.slot, queue.epoch)
  }

  /** Those that are still to come as of now, to be put in order when there is time. */
  timers(): () => ReadonlyArray<Timer> {
    const queue = copy(this.queue, new Map())
    return () => timersIn(queue)
  }
}

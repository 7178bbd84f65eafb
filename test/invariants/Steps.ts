import type { Fleet } from "@ebb/core/fleet/Fleet"
import * as Portions from "@ebb/core/fleet/Portions"
import type { AppState, Request, RolloutRecord, Runner } from "@ebb/core/tables/Records"
import { RequestKind, RequestStage } from "@ebb/core/tables/RequestState"
import { hasNoProcess, isActive, RunnerState } from "@ebb/core/tables/RunnerState"
import { hold, type Seen } from "./Violation.ts"

/** A request in flight before a forced rollout, and whether that has to hit it. */
export interface InDanger {
  readonly request: Request
  readonly number: number
  readonly epoch: number
  readonly isHit: boolean
}

/** Holds a step that goes on in further inputs to what holds of one that is one input. */
export class Steps {
  private readonly fleet: Fleet
  private readonly seen: Seen
  /** What a forced rollout that is not over has to hit. */
  private endangered: ReadonlyArray<InDanger> = []
  /** Of runners that are still to be told to end, what was in flight on them when that was decided. */
  private readonly inFlightBefore = new Map<number, number>()

  constructor(fleet: Fleet, seen: Seen) {
    this.fleet = fleet
    this.seen = seen
  }

  private get app(): AppState {
    return this.fleet.state.apps[0]!
  }

  private get kills(): boolean {
    return this.fleet.state.restarts?.get(0)?.kills === true
  }

  private get left(): ReadonlySet<Runner> | undefined {
    return this.fleet.state.restarts?.get(0)?.left
  }

  /** Of those that are still to be told to end: they count until then. */
  get stillCounted(): number {
    return [...(this.left ?? [])].filter(
      ({ marked, state, verification }) =>
        (isActive(state) || state === RunnerState.FAILURE_DELAY) && !marked && !verification
    ).length
  }

  /** Whether this one is still to be told to stop by an earlier step: a forced rollout finds it ending. */
  stops(runner: Runner): boolean {
    return this.left?.has(runner) === true && !this.kills
  }

  /** Whether an earlier step ends this request: by a kill, a session by any signal, and everything without a grace period. */
  ends({ kind, runner }: Request): boolean {
    if (this.left?.has(runner!) !== true) return false
    return this.kills || kind === RequestKind.realtime || runner!.revision.settings.gracePeriodSeconds === 0
  }

  /** Whether the rollout is over with an earlier step: each of its runners that lives is still to be told, and ends at once then. */
  finishes(rollout: RolloutRecord): boolean {
    if (!Portions.areLeft(this.fleet.state, this.app)) return false
    const isIn = ({ memberships }: Runner) => memberships?.some((member) => member.rollout === rollout) === true
    return this.app
      .allRunners()
      .every((runner) => !isIn(runner) || (this.left!.has(runner) && this.endsWhenTold(runner)))
  }

  private endsWhenTold({ revision, state }: Runner): boolean {
    return this.kills || hasNoProcess(state) || revision.settings.gracePeriodSeconds === 0
  }

  private note(what: string): void {
    this.seen.set(what, (this.seen.get(what) ?? 0) + 1)
  }

  /** Whether a forced rollout has more inputs to come: then what it has to hit is looked at after them. */
  postpone(before: ReadonlyArray<InDanger>): boolean {
    if (!Portions.areLeft(this.fleet.state, this.app)) return false
    this.endangered = [...this.endangered, ...before]
    return true
  }

  /** To be called after every input. */
  verify(): void {
    for (const { inFlight, number } of this.left ?? []) {
      if (!this.inFlightBefore.has(number)) this.inFlightBefore.set(number, inFlight)
    }
    if (this.endangered.length === 0 || Portions.areLeft(this.fleet.state, this.app)) return
    for (const { epoch, isHit, number, request } of this.endangered) {
      const isStill = request.number === number && request.epoch === epoch && request.stage === RequestStage.inFlight
      hold(4, !isHit || !isStill, () => `request ${number} survived a forced rollout`)
    }
    this.endangered = []
    this.note("killed in several inputs")
  }

  sent(request: Request, runner: Runner): void {
    const isLeft = this.left?.has(runner) === true
    hold(2, !isLeft, () => `request ${request.number} sent to runner ${runner.number}, which is to be told to end`)
  }

  /** What is in flight on a runner when it is told to end is what was in flight at the instant of the command. */
  told({ inFlight, number }: Runner): void {
    const before = this.inFlightBefore.get(number)
    if (before === undefined) return
    this.inFlightBefore.delete(number)
    this.note("told in a later input")
    hold(6, inFlight === before, () => `runner ${number} had ${before} in flight and is told to end with ${inFlight}`)
  }
}

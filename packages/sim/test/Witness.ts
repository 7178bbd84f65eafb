import { Fleet } from "@ebb/core/fleet/Fleet"
import type { RolloutCommand } from "@ebb/core/fleet/Rollout"
import { RecordingPort } from "@ebb/core/journal/RecordingPort"
import type { Request, Runner } from "@ebb/core/tables/Records"
import { Outcome, RequestKind } from "@ebb/core/tables/RequestState"
import type { RunMeasures } from "@ebb/sim/measure/RunMeasures"
import { Simulation } from "@ebb/sim/experiment/Simulation"
import type { Mode, RehearsalSpec } from "@ebb/sim/spec/Spec"

/** A request in flight when a rollout began: how long it still had to go, and what became of it. */
export interface Met {
  readonly queued: boolean
  readonly remainingMs: number
  fate: "drained" | "errored" | "retried" | "unresolved"
}

/** Sees with its own eyes what a world is told about the requests that a rollout met. */
class Eyes extends RecordingPort {
  readonly met = new Map<number, Met>()

  override settle(request: Request): void {
    super.settle(request)
    this.outputs.clear()
    const met = this.met.get(request.number)
    if (met === undefined || met.fate !== "unresolved") return
    met.fate = request.outcome === Outcome.completed ? "drained" : "errored"
  }

  override send(request: Request, runner: Runner): void {
    super.send(request, runner)
    const met = this.met.get(request.number)
    if (met !== undefined) met.fate = "retried"
  }
}

/** A Fleet whose first rollout is watched. */
class WatchedFleet extends Fleet {
  private readonly eyes: Eyes
  private readonly remainingMs: (nowMs: number, request: Request) => number
  private isRolled = false

  constructor(eyes: Eyes, remainingMs: WatchedFleet["remainingMs"]) {
    super(eyes, { exitsReported: false })
    this.eyes = eyes
    this.remainingMs = remainingMs
  }

  override rollout(nowMs: number, app: number, command: RolloutCommand): ReturnType<Fleet["rollout"]> {
    if (!this.isRolled) this.look(nowMs, app)
    return super.rollout(nowMs, app, command)
  }

  private look(nowMs: number, app: number): void {
    this.isRolled = true
    for (let request = this.state.apps[app]!.attempts.first; request !== null; request = request.next) {
      const queued = request.kind === RequestKind.queued
      this.eyes.met.set(request.number, { queued, remainingMs: this.remainingMs(nowMs, request), fate: "unresolved" })
    }
  }
}

/** A run, and the requests that were in flight when its first rollout began. */
export const witness = (
  spec: RehearsalSpec,
  mode: Mode,
  seed: number
): { readonly measures: RunMeasures; readonly met: ReadonlyArray<Met> } => {
  let eyes: Eyes | null = null
  const simulation: Simulation = new Simulation(spec, mode, seed, (port) => {
    eyes = new Eyes(port)
    return new WatchedFleet(eyes, (nowMs, request) => simulation.world.runners.remainingMs(nowMs, request))
  })
  const measures = simulation.run()
  return { measures, met: [...eyes!.met.values()] }
}

/** How many requests of a kind met a fate. */
export const countOf = (met: ReadonlyArray<Met>, fate: Met["fate"], queued?: boolean): number =>
  met.filter((each) => each.fate === fate && (queued === undefined || each.queued === queued)).length

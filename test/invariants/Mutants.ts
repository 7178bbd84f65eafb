import { Fleet } from "@ebb/core/fleet/Fleet"
import { type TimerKind, timerOwners } from "@ebb/core/fleet/FleetPort"
import * as Dispatch from "@ebb/core/fleet/Dispatch"
import * as Ledger from "@ebb/core/fleet/Ledger"
import * as Line from "@ebb/core/fleet/Line"
import * as Shutdown from "@ebb/core/fleet/Shutdown"
import * as StartUp from "@ebb/core/fleet/StartUp"
import type { RolloutCommand } from "@ebb/core/fleet/Rollout"
import { EndCause } from "@ebb/core/tables/EndCause"
import type { AppState, Runner } from "@ebb/core/tables/Records"
import { RequestStage } from "@ebb/core/tables/RequestState"
import { RunnerState } from "@ebb/core/tables/RunnerState"
import type { MakeFleet } from "./SmallWorld.ts"

const runnersOf = (app: AppState, state: RunnerState): ReadonlyArray<Runner> => {
  const found: Array<Runner> = []
  for (let runner = app.firstRunner; runner !== null; runner = runner.next) {
    if (runner.state === state) found.push(runner)
  }
  return found
}

/** Invariant 1: a request that is answered gets its outcome twice. */
class SettlesTwice extends Fleet {
  override answer(...args: Parameters<Fleet["answer"]>): void {
    const request = this.state.requests.find(args[1], args[2])
    super.answer(...args)
    if (request !== null && request.stage === RequestStage.free) this.state.port.settle(request)
  }
}

/** Invariant 2: what waits is given to a draining runner as well. */
class SendsToDraining extends Fleet {
  override submit(...args: Parameters<Fleet["submit"]>): ReturnType<Fleet["submit"]> {
    const accepted = super.submit(...args)
    const app = this.state.apps[0]!
    const [runner] = runnersOf(app, RunnerState.DRAINING)
    const waiting = app.lanes[0].first
    if (runner === undefined || waiting === null) return accepted
    Line.remove(this.state, waiting)
    Dispatch.send(this.state, waiting, runner)
    return accepted
  }
}

/** Invariant 3: a graceful rollout lets the grace period end at once. */
class HasNoGrace extends Fleet {
  override rollout(nowMs: number, app: number, command: RolloutCommand): ReturnType<Fleet["rollout"]> {
    const rollouts = super.rollout(nowMs, app, command)
    if (command.force) return rollouts
    for (const runner of runnersOf(this.state.apps[app]!, RunnerState.DRAINING)) {
      Shutdown.graceOver(this.state, runner)
    }
    return rollouts
  }
}

/** Invariant 4: a forced rollout only stops the runners. */
class ForcesGently extends Fleet {
  override rollout(nowMs: number, app: number, command: RolloutCommand): ReturnType<Fleet["rollout"]> {
    return super.rollout(nowMs, app, { ...command, force: false })
  }
}

/** Invariant 5: one runner more than the formula allows. */
class StartsTooMany extends Fleet {
  override submit(...args: Parameters<Fleet["submit"]>): ReturnType<Fleet["submit"]> {
    const accepted = super.submit(...args)
    if (this.state.apps[0]!.waiting > 0) StartUp.create(this.state, this.state.apps[0]!)
    return accepted
  }
}

/** Invariant 6: a rollout is reported finished when its runners have only been told. */
class FinishesEarly extends Fleet {
  override rollout(nowMs: number, app: number, command: RolloutCommand): ReturnType<Fleet["rollout"]> {
    const rollouts = super.rollout(nowMs, app, command)
    for (const rollout of rollouts) if (rollout.remaining > 0) Ledger.finishRollout(this.state, rollout)
    return rollouts
  }
}

/** Invariant 7: a changed secret reaches runners that are there already. */
class LeaksSecrets extends Fleet {
  override secretChanged(nowMs: number, app: number): void {
    super.secretChanged(nowMs, app)
    for (const runner of runnersOf(this.state.apps[app]!, RunnerState.IDLE)) runner.environment++
  }
}

/** Invariant 8: what comes back from back-off stands at the end of its lane. */
class ForgetsOrder extends Fleet {
  override timer(nowMs: number, kind: TimerKind, slot: number, epoch: number): void {
    super.timer(nowMs, kind, slot, epoch)
    for (const lane of this.state.apps[0]!.lanes) {
      const first = lane.first
      if (first === null || first.attempts === 0 || first === lane.last) continue
      lane.remove(first)
      first.prev = lane.last
      lane.last!.next = first
      lane.last = first
      lane.length++
    }
  }
}

/** Invariant 9: the grace timer of a runner that has ended hits whoever has its place now. */
class HonoursDeadTimers extends Fleet {
  override timer(nowMs: number, kind: TimerKind, slot: number, epoch: number): void {
    const dead = timerOwners[kind] === "runner" && this.state.runners.find(slot, epoch) === null
    const runner = this.state.runners.all[slot]
    if (dead && runner !== undefined && runner.state === RunnerState.IDLE) {
      this.state.nowMs = nowMs
      Shutdown.stop(this.state, runner, EndCause.operator)
    }
    super.timer(nowMs, kind, slot, epoch)
  }
}

/** A broken Fleet for each invariant, by its number. */
export const mutants: ReadonlyArray<readonly [invariant: number, make: MakeFleet]> = [
  [1, (...made) => new SettlesTwice(...made)],
  [2, (...made) => new SendsToDraining(...made)],
  [3, (...made) => new HasNoGrace(...made)],
  [4, (...made) => new ForcesGently(...made)],
  [5, (...made) => new StartsTooMany(...made)],
  [6, (...made) => new FinishesEarly(...made)],
  [7, (...made) => new LeaksSecrets(...made)],
  [8, (...made) => new ForgetsOrder(...made)],
  [9, (...made) => new HonoursDeadTimers(...made)]
]

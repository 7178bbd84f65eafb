import type { Check, RunnerDriver } from "@ebb/core/fleet/FleetPort"
import type { Request, Runner } from "@ebb/core/tables/Records"
import { isServing, RunnerState, runnerStateNames } from "@ebb/core/tables/RunnerState"
import type { Drivers } from "./Drivers.ts"
import { LiveRunner } from "./LiveRunner.ts"
import { presentMs } from "./LiveWorld.ts"
import { type LogLimits, Logs } from "./Logs.ts"
import { Portions } from "./Portions.ts"
import { machineTypeOf } from "./MachineType.ts"
import * as Told from "./Told.ts"
import * as Turns from "./Turns.ts"
import type { LiveWatcher, Measurable, World } from "./World.ts"

interface Needs {
  readonly world: World
  readonly watcher: LiveWatcher
  readonly drivers: Drivers
  readonly measurable: Measurable
  readonly logLimits: LogLimits
}

/** What the log of a runner says of each state: one text for all runners. */
const stateLines = runnerStateNames.map((name) => `runner is ${name}`)

/** Has what the Fleet asks done by the driver of each runner, and keeps what is known of runners up to date. */
export class LiveRunners implements RunnerDriver {
  private readonly world: World
  private readonly watcher: LiveWatcher
  private readonly drivers: Drivers
  private readonly measurable: Measurable
  private readonly logLimits: LogLimits
  /** Which still have what only a living one needs; a forced rollout ends thousands in one input. */
  private readonly ended = new Portions<LiveRunner, null>({ most: Turns.portion }, (some) =>
    some.forEach(([live]) => live.letGo())
  )

  constructor({ drivers, logLimits, measurable, watcher, world }: Needs) {
    this.world = world
    this.watcher = watcher
    this.drivers = drivers
    this.measurable = measurable
    this.logLimits = logLimits
  }

  private driving(live: LiveRunner): RunnerDriver {
    return this.drivers.of(live).runners
  }

  start(runner: Runner): void {
    const live = this.liveOf(runner)
    const app = this.world.apps[runner.app.slot]!
    live.begin(app.numbered(runner.revision.number), runner.environment, presentMs(this.world))
    this.watcher.runnerStarts(live)
    this.driving(live).start(runner)
  }

  send(request: Request, runner: Runner): void {
    const live = this.world.requests.of(request)
    const on = this.liveOf(runner)
    live.runner = on
    live.startedAtMs = Math.max(live.submittedAtMs, presentMs(this.world))
    live.answer = null
    on.came(live, runner.inFlight)
    this.watcher.sent(live, request.attempts)
    Told.tell(live, (caller) => caller.sent(on, request.attempts))
    this.driving(on).send(request, runner)
  }

  cancel(request: Request, runner: Runner): void {
    this.driving(this.liveOf(runner)).cancel(request, runner)
  }

  terminate(runner: Runner): void {
    const live = this.liveOf(runner)
    live.logs.add("INFO", `${live.revision.processes?.stopSignal ?? "SIGTERM"}: finishing what is in flight`)
    this.driving(live).terminate(runner)
  }

  kill(runner: Runner): void {
    const live = this.liveOf(runner)
    live.logs.add("INFO", `SIGKILL${whyKilled(runner)}`)
    this.measurable.measured?.killed?.(runner)
    this.driving(live).kill(runner)
  }

  check(runner: Runner, check: Check, limitMs: number): void {
    this.driving(this.liveOf(runner)).check(runner, check, limitMs)
  }

  close(session: Request, code: number): void {
    this.driving(this.liveOf(session.runner!)).close(session, code)
  }

  runnerChanged(runner: Runner): void {
    const live = this.world.runners.of(runner) ?? this.created(runner)
    const atMs = presentMs(this.world)
    if (isServing(runner.state)) live.serves(atMs)
    else {
      live.entered(runner.state, atMs)
      live.logs.add("INFO", stateLines[runner.state]!)
    }
    if (runner.state === RunnerState.TERMINATED) {
      live.endedAtMs = atMs
      live.ended = { machineType: machineTypeOf(runner), replaced: runner.replaced }
    }
    this.driving(live).runnerChanged(runner)
    this.watcher.runnerChanged(live, runner)
    if (live.endedAtMs !== null) this.ended.add(live, null)
    // A process may say more: its driver knows when it is gone.
    if (live.endedAtMs !== null && live.revision.processes === null) live.logs.end()
    this.measurable.measured?.runnerChanged(runner)
  }

  private created(runner: Runner): LiveRunner {
    const app = this.world.apps[runner.app.slot]!
    const { epoch, number, slot } = runner
    const revision = app.numbered(runner.revision.number)
    const id = crypto.randomUUID()
    const logs = new Logs(this.logLimits)
    const live = new LiveRunner({ id, number, place: { slot, epoch }, app, revision, createdAtMs: Date.now(), logs })
    if (revision.problem !== null) live.logs.add("ERROR", revision.problem)
    this.world.runners.add(live)
    return live
  }

  private liveOf(runner: Runner): LiveRunner {
    const live = this.world.runners.of(runner)
    if (live === null) throw new Error(`no runner has the number ${runner.number}`)
    return live
  }
}

/** Why the Fleet kills a runner, where that is not the operator's word. */
const whyKilled = (runner: Runner): string => {
  if (runner.graceExceeded) return ": the grace period is over"
  const isLate = runner.state === RunnerState.SETUP && !runner.killed
  return isLate ? ": the start failed, or took longer than startup_timeout" : ""
}

import type { Fleet } from "@ebb/core/fleet/Fleet"
import { type FleetPort, TimerKind } from "@ebb/core/fleet/FleetPort"
import { Timeline } from "@ebb/sim/world/Timeline"
import type { Clock } from "./Clock.ts"
import { Drivers } from "./Drivers.ts"
import { LiveOperations } from "./LiveOperations.ts"
import { LiveRunners } from "./LiveRunners.ts"
import { LiveSubmissions } from "./LiveSubmissions.ts"
import { LiveWorld } from "./LiveWorld.ts"
import type { LogLimits } from "./Logs.ts"
import { OpenRequests } from "./OpenRequests.ts"
import { Outcomes } from "./Outcomes.ts"
import { Pacer } from "./Pacer.ts"
import { Runners } from "./Runners.ts"
import type { LiveWatcher, Measurable, Operations, Simulated, Submissions, World } from "./World.ts"

interface Needs {
  readonly clock: Clock
  readonly watcher: LiveWatcher
  readonly makeFleet: (port: FleetPort) => Fleet
  readonly simulated: Simulated
  readonly logLimits: LogLimits
}

/** A live world with what there is to be done in it and seen of it. */
export interface Assembled {
  readonly world: World
  readonly submissions: Submissions
  readonly operations: Operations
  readonly measurable: Measurable
}

/**
 * The live world: a Fleet, the wall clock, and for each runner the driver of its revision: processes, or simulated runners,
 * which are those of the virtual world. Every decision is the Fleet's: it calls the port in its inputs, so never before all
 * of this is there.
 */
export const assemble = ({ clock, logLimits, makeFleet, simulated, watcher }: Needs): Assembled => {
  const port: FleetPort = {
    start: (runner) => live.start(runner),
    send: (request, runner) => live.send(request, runner),
    cancel: (request, runner) => live.cancel(request, runner),
    terminate: (runner) => live.terminate(runner),
    kill: (runner) => live.kill(runner),
    check: (runner, check, limitMs) => live.check(runner, check, limitMs),
    close: (session, code) => live.close(session, code),
    runnerChanged: (runner) => live.runnerChanged(runner),
    settle: (request) => outcomes.settle(request),
    rolloutChanged: (rollout, how) => outcomes.rolloutChanged(rollout, how),
    deployChanged: (app, revision, how) => outcomes.deployChanged(app, revision, how),
    wake: (kind, slot, epoch, atMs) => {
      timeline.wake(kind, slot, epoch, atMs)
      if (kind === TimerKind.retry) outcomes.retried(fleet.state.requests.all[slot]!)
    }
  }
  const fleet = makeFleet(port)
  const runners = new Runners()
  const requests = new OpenRequests()
  // When in Fleet time the present event or input is.
  const nowMs = () => Math.max(timeline.nowMs, fleet.state.nowMs)
  const timeline: Timeline = new Timeline(
    fleet,
    simulated.profile(runners, nowMs),
    (request) => requests.of(request).serviceMs
  )
  const pacer = new Pacer(clock, [timeline])
  const world = new LiveWorld({ clock, pacer, fleet, runners, requests })
  const drivers = new Drivers(simulated.driver(world, timeline.runners))
  const measurable: Measurable = { timeline, measured: null }
  const live = new LiveRunners({ world, watcher, drivers, measurable, logLimits })
  const outcomes = new Outcomes({ world, watcher, drivers, measurable })
  return {
    world,
    submissions: new LiveSubmissions(world, measurable),
    operations: new LiveOperations(world, drivers),
    measurable
  }
}

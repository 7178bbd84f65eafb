import type { Fleet } from "@ebb/core/fleet/Fleet"
import { type FleetPort, TimerKind } from "@ebb/core/fleet/FleetPort"
import { Timeline } from "@ebb/sim/world/Timeline"
import type { Clock } from "./Clock.ts"
import { Drivers } from "./Drivers.ts"
import type { LiveApp } from "./LiveApp.ts"
import { LiveOperations } from "./LiveOperations.ts"
import { LiveRequests } from "./LiveRequests.ts"
import { LiveRunners } from "./LiveRunners.ts"
import { LiveWorld } from "./LiveWorld.ts"
import type { LogLimits } from "./Logs.ts"
import { OpenRequests } from "./OpenRequests.ts"
import { Pacer } from "./Pacer.ts"
import { ProcessTimers } from "./ProcessTimers.ts"
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
    start: (runner) => liveRunners.start(runner),
    send: (request, runner) => liveRunners.send(request, runner),
    cancel: (request, runner) => liveRunners.cancel(request, runner),
    terminate: (runner) => liveRunners.terminate(runner),
    kill: (runner) => liveRunners.kill(runner),
    check: (runner, check, limitMs) => liveRunners.check(runner, check, limitMs),
    close: (session, code) => liveRunners.close(session, code),
    runnerChanged: (runner) => liveRunners.runnerChanged(runner),
    settle: (request) => liveRequests.settle(request),
    rolloutChanged: (rollout, how) => watcher.rolloutChanged(rollout, how),
    deployChanged: (app, revision, how) => watcher.deployChanged(world.apps[app.slot]!, revision, how),
    wake: (kind, slot, epoch, atMs) => {
      const timers = processTimers.has(kind, slot) ? processTimers : timeline
      timers.wake(kind, slot, epoch, atMs)
      if (kind === TimerKind.portion) pacer.rest()
      if (kind === TimerKind.retry) liveRequests.retried(fleet.state.requests.all[slot]!)
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
  const apps: Array<LiveApp> = []
  const processTimers = new ProcessTimers({ apps, clock, fleet })
  const pacer = new Pacer(clock, [timeline], processTimers)
  const world = new LiveWorld({ apps, clock, pacer, fleet, runners, requests })
  const drivers = new Drivers(simulated.driver(world, timeline.runners))
  const timers = () => {
    const [simulated, ofProcesses] = [timeline.timers(), processTimers.timers()]
    return () => [...simulated(), ...ofProcesses()]
  }
  const measurable: Measurable = { timeline, timers, measured: null }
  const liveRunners = new LiveRunners({ world, watcher, drivers, measurable, logLimits })
  const liveRequests = new LiveRequests({ world, watcher, drivers, measurable })
  return {
    world,
    submissions: liveRequests,
    operations: new LiveOperations(world, drivers),
    measurable
  }
}

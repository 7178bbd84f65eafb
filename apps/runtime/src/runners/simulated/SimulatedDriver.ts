import type { Check } from "@ebb/core/fleet/FleetPort"
import { type Request, RequestKind } from "@ebb/core/tables/Request"
import type { Runner } from "@ebb/core/tables/Runner"
import type { SimulatedRunners } from "@ebb/sim/world/SimulatedRunners"
import { Layer } from "effect"
import { Simulation } from "../../kernel/Kernel.ts"
import type { Answer, LiveRequest } from "../../kernel/LiveRequest.ts"
import type { LiveRunner } from "../../kernel/LiveRunner.ts"
import type { Simulated, World } from "../../kernel/World.ts"
import { attemptOf, type LiveDriver, type RunnerFault } from "../../kernel/Runners.ts"
import * as Echo from "./Echo.ts"
import * as LiveProfile from "./LiveProfile.ts"

/** The simulated runners of the virtual world in the live one, where they have realtime sessions too. */
class SimulatedDriver implements LiveDriver {
  private readonly world: World
  private readonly runners: SimulatedRunners

  constructor(world: World, runners: SimulatedRunners) {
    this.world = world
    this.runners = runners
  }

  start(runner: Runner): void {
    this.runners.start(runner)
  }

  send(request: Request, runner: Runner): void {
    const live = this.world.requests.of(request)
    logBegin(live, request.attempts)
    if (request.kind !== RequestKind.realtime) return this.runners.send(request, runner)
    const heldUntilMs = () => (live.runner === null ? Infinity : this.heldUntilMs(live.runner))
    live.session?.simulate(live.runner!, attemptOf(request), heldUntilMs)
  }

  /** As the Fleet has it; null when it has ended. */
  private inFleet({ epoch, slot }: LiveRunner): Runner | null {
    return this.world.fleet.state.runners.find(slot, epoch)
  }

  /** Infinity for one that has ended. */
  private heldUntilMs(live: LiveRunner): number {
    const runner = this.inFleet(live)
    return runner === null ? Infinity : this.runners.heldUntilMs(runner)
  }

  cancel(request: Request, runner: Runner): void {
    this.runners.cancel(request, runner)
  }

  terminate(runner: Runner): void {
    this.runners.terminate(runner)
  }

  kill(runner: Runner): void {
    this.runners.kill(runner)
  }

  check(runner: Runner, check: Check, limitMs: number): void {
    this.runners.check(runner, check, limitMs)
  }

  close(session: Request, code: number): void {
    this.world.requests.of(session).session?.close(code)
  }

  runnerChanged(runner: Runner): void {
    this.runners.runnerChanged(runner)
  }

  fault(live: LiveRunner, fault: RunnerFault): void {
    this.world.input((_, nowMs) => {
      const runner = this.inFleet(live)
      if (runner === null) return
      if (fault.do === "crash") return this.runners.crash(nowMs, runner)
      this.runners.hold(runner, fault.forMs === null ? Infinity : nowMs + fault.forMs, fault.do === "hang")
    })
  }

  answerOf(request: LiveRequest): Answer {
    return Echo.answer(request)
  }
}

/** What an app would print as it takes a request up; of a direct one its answer is enough. */
const logBegin = ({ call, id, kind, runner }: LiveRequest, attempt: number): void => {
  if (kind === RequestKind.direct) return
  runner?.logs.add("INFO", `${call.method} ${call.path} begins: request ${id}, attempt ${attempt}`)
}

/** Each runner by the profile of its own revision. */
export const simulated: Simulated = {
  driver: (world, runners) => new SimulatedDriver(world, runners),
  profile: (world, nowMs) => LiveProfile.make((number) => numbered(world, number), nowMs)
}

const numbered = (world: World, number: number): LiveRunner => {
  const live = world.runners.numbered(number)
  if (live === null) throw new Error(`no runner has the number ${number}`)
  return live
}

/** Simulated runners as in the virtual world. */
export const layer = Layer.succeed(Simulation, simulated)

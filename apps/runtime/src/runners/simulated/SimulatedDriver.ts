import type { Check, RunnerDriver } from "@ebb/core/fleet/FleetPort"
import type { Request, Runner } from "@ebb/core/tables/Records"
import { RequestKind } from "@ebb/core/tables/RequestState"
import type { SimulatedRunners } from "@ebb/sim/world/SimulatedRunners"
import { Layer } from "effect"
import type { Answer, Call } from "../../kernel/Call.ts"
import { attemptOf } from "../../kernel/Attempt.ts"
import { Simulation } from "../../kernel/Kernel.ts"
import type { LiveDriver } from "../../kernel/LiveDriver.ts"
import type { LiveRequest } from "../../kernel/LiveRequest.ts"
import type { LiveRunner } from "../../kernel/LiveRunner.ts"
import type { Runners } from "../../kernel/Runners.ts"
import type { Simulated, World } from "../../kernel/World.ts"
import * as LiveProfile from "./LiveProfile.ts"

/** The simulated runners of the virtual world in the live one, where they have realtime sessions too. */
class LiveSimulatedRunners implements RunnerDriver {
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

  /** Infinity for one that has ended. */
  private heldUntilMs(live: LiveRunner): number {
    const runner = live.recordIn(this.world.fleet.state)
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
}

/** What an app would print as it takes a request up; of a direct one its answer is enough. */
const logBegin = ({ call, id, kind, runner }: LiveRequest, attempt: number): void => {
  if (kind === RequestKind.direct) return
  runner?.logs.add("INFO", `${call.method} ${call.path} begins: request ${id}, attempt ${attempt}`)
}

const empty = new TextEncoder().encode("{}")

/** What a simulated runner answers: the input. */
const echo = ({ body, headers }: Call): Answer => {
  const bytes = body instanceof Uint8Array && body.length > 0 ? body : empty
  const type = bytes === empty ? "application/json" : (headers.get("content-type") ?? "application/json")
  return { status: 200, headers: [["content-type", type]], body: bytes }
}

const driver = (world: World, runners: SimulatedRunners): LiveDriver => ({
  runners: new LiveSimulatedRunners(world, runners),
  fault: (nowMs, runner, fault) => {
    if (fault.do === "crash") return runners.crash(nowMs, runner)
    runners.hold(runner, fault.forMs === null ? Infinity : nowMs + fault.forMs, fault.do === "hang")
  },
  answerOf: echo
})

/** Each runner by the profile of its own revision. */
export const simulated: Simulated = {
  driver,
  profile: (runners, nowMs) => LiveProfile.make((number) => numbered(runners, number), nowMs)
}

const numbered = (runners: Runners, number: number): LiveRunner => {
  const live = runners.numbered(number)
  if (live === null) throw new Error(`no runner has the number ${number}`)
  return live
}

/** Simulated runners as in the virtual world. */
export const layer = Layer.succeed(Simulation, simulated)

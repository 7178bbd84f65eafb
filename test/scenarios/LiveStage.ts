import { Fleet } from "@ebb/core/fleet/Fleet"
import { CheckKind } from "@ebb/core/fleet/FleetPort"
import type { Submission } from "@ebb/core/fleet/Intake"
import type { Scaling } from "@ebb/core/domain/App"
import type { RevisionState } from "@ebb/core/tables/AppState"
import type { Request } from "@ebb/core/tables/Request"
import type { Runner } from "@ebb/core/tables/Runner"
import { runnerStateNames } from "@ebb/core/tables/RunnerState"
import * as Clock from "@ebb/runtime/kernel/Clock"
import { LiveApp } from "@ebb/runtime/kernel/LiveApp"
import { LiveRequest } from "@ebb/runtime/kernel/LiveRequest"
import { type LiveWatcher, LiveWorld } from "@ebb/runtime/kernel/LiveWorld"
import { StartTimes } from "@ebb/runtime/kernel/StartTimes"
import type { Played, Scenario } from "./Scenario.ts"
import { type Staged, WorldStage } from "./VirtualStage.ts"

/** So fast does the clock of the live world run here: no setting of the platform is changed. */
const speed = 100

const nothing = (): void => {}

/** A live world whose events are written into a log as they are asked for. */
class LoggingLiveWorld extends LiveWorld {
  private readonly write: (line: string) => void
  private readonly warm: number

  constructor(warm: number, write: (line: string) => void) {
    const watcher: LiveWatcher = {
      runnerCreated: nothing,
      runnerStarts: nothing,
      runnerChanged: (live, { state }) => write(`r${live.number} ${runnerStateNames[state]}`),
      sent: (live) => write(`q${live.number - warm} to r${live.runner?.number}`),
      retried: nothing,
      settled: (live, { errorType, status }) =>
        write(`q${live.number - warm} ${status}${errorType === null ? "" : ` ${errorType}`}`),
      rolloutChanged: (rollout, how) => {
        if (how === "finished") write(`rollout ${rollout.number} finished`)
      },
      deployChanged: (_app, { number }, how) => write(`revision ${number} ${how}`)
    }
    super(Clock.make(speed), watcher)
    this.warm = warm
    this.write = write
  }

  override cancel(request: Request, runner: Runner): void {
    this.write(`q${request.number - this.warm} cancel to r${runner.number}`)
    super.cancel(request, runner)
  }

  override check(runner: Runner, kind: CheckKind): void {
    this.write(`r${runner.number} ${kind === CheckKind.tcp ? "TCP" : "health"} check`)
    super.check(runner, kind)
  }

  override close(session: Request, code: number): void {
    this.write(`q${session.number - this.warm} closed ${code}`)
    super.close(session, code)
  }
}

/** The same scenario in the live world: real timers, a clock that runs fast. */
class LiveStage extends WorldStage<LoggingLiveWorld> {
  protected override make(write: (line: string) => void): Staged<LoggingLiveWorld> {
    const world = new LoggingLiveWorld(this.warm, write)
    return { world, fleet: new Fleet(world, { exitsReported: true }) }
  }

  protected override prepare(): void {
    const { env, name, revision: settings, scaling, team } = this.app
    const app = new LiveApp({ id: "app", slot: 0, team, env, name, auth: "private" })
    this.world.apps[0] = app
    this.add({ number: 1, settings }, scaling)
    super.prepare()
  }

  private add(inFleet: RevisionState, scaling: Scaling): void {
    const identity = { id: "revision", createdAtMs: 0, state: "ready", spec: {}, files: {}, folder: "" } as const
    const prices = { currency: "USD", rates: {} }
    const how = { profile: this.profile(), processes: null, problem: null, startTimes: new StartTimes(), inFleet }
    this.world.apps[0]!.revisions.push({ ...identity, ...how, scaling, prices })
  }

  protected override deploying(revision: RevisionState): void {
    super.deploying(revision)
    this.add(revision, this.app.scaling)
  }

  protected override submit(submission: Submission, serviceMs: number): void {
    const app = this.world.apps[0]!
    const call = { method: "POST", path: "/", headers: new Headers(), body: new Uint8Array() }
    const caller = { sent: nothing, begin: () => null, settled: nothing }
    const { kind } = submission
    this.world.submit(new LiveRequest({ id: "", app, kind, call, caller, callerId: null }), submission, serviceMs)
  }

  async playLive(): Promise<Played> {
    const { pacer } = this.world
    this.prepare()
    for (const { atMs, run } of this.commands) {
      pacer.at(atMs, (nowMs) => {
        this.world.nowMs = nowMs
        run()
      })
    }
    await new Promise<void>((resolve) =>
      pacer.at(this.endMs, () => {
        // At that very instant: a machine that is late has the next events behind it already.
        pacer.stop()
        resolve()
      })
    )
    return this.played()
  }
}

/** Plays a scenario in the live world, at clock speed. */
export const playLive = (scenario: Scenario): Promise<Played> => new LiveStage(scenario).playLive()

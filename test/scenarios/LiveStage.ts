import type { Submission } from "@ebb/core/fleet/Intake"
import type { Scaling } from "@ebb/core/domain/App"
import type { RevisionState } from "@ebb/core/tables/RevisionState"
import * as Clock from "@ebb/runtime/kernel/Clock"
import { LiveApp } from "@ebb/runtime/kernel/LiveApp"
import { LiveRequest } from "@ebb/runtime/kernel/LiveRequest"
import { limits } from "@ebb/runtime/edge/Limits"
import { assemble } from "@ebb/runtime/kernel/Assembly"
import type { LiveWatcher } from "@ebb/runtime/kernel/World"
import { simulated } from "@ebb/runtime/runners/simulated/SimulatedDriver"
import { StartTimes } from "@ebb/runtime/kernel/StartTimes"
import type { Played, Scenario } from "./Scenario.ts"
import { WorldStage } from "./VirtualStage.ts"

/** So fast does the clock of the live world run here: no setting of the platform is changed. */
const speed = 100

const nothing = (): void => {}

const watcher: LiveWatcher = {
  runnerStarts: nothing,
  runnerChanged: nothing,
  sent: nothing,
  retried: nothing,
  settled: nothing,
  rolloutChanged: nothing,
  deployChanged: nothing
}

/** The same scenario in the live world: real timers, a clock that runs fast. */
class LiveStage extends WorldStage {
  private readonly live = assemble({
    clock: Clock.make(speed),
    watcher,
    simulated,
    logLimits: limits,
    makeFleet: (port) => this.fleetFor(port, { exitsReported: true })
  })
  private readonly world = this.live.world
  protected override readonly fleet = this.world.fleet

  protected override prepare(): void {
    const { env, name, revision: settings, scaling, team } = this.app
    const app = new LiveApp({ id: "app", slot: 0, team, env, name, auth: "private" })
    this.world.apps[0] = app
    this.add({ number: 1, settings }, scaling)
    super.prepare()
  }

  private add(inFleet: RevisionState, scaling: Scaling): void {
    const identity = {
      id: "revision",
      createdAtMs: 0,
      state: "ready",
      spec: {},
      files: {},
      said: null,
      folder: ""
    } as const
    const prices = { currency: "USD", rates: {} }
    const how = { profile: this.profile(), processes: null, problem: null, startTimes: new StartTimes(), inFleet }
    this.world.apps[0]!.revisions.push({ ...identity, ...how, scaling, prices })
  }

  protected override deploying(revision: RevisionState): void {
    super.deploying(revision)
    this.add(revision, this.app.scaling)
  }

  protected override submit(_nowMs: number, submission: Submission, serviceMs: number): void {
    const app = this.world.apps[0]!
    const call = { method: "POST", path: "/", headers: new Headers(), body: new Uint8Array() }
    const caller = { sent: nothing, begin: () => null, settled: nothing }
    const { kind } = submission
    this.live.submissions.submit(
      new LiveRequest({ id: "", app, kind, call, caller, callerId: null, serviceMs }),
      submission
    )
  }

  async playLive(): Promise<Played> {
    const { pacer } = this.world
    this.prepare()
    for (const { atMs, run } of this.commands) pacer.at(atMs, run)
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

import * as RolloutReports from "@ebb/core/fleet/RolloutReports"
import type { AppView, Changes, RunnerView, Snapshot } from "@ebb/protocol/rest/Events"
import { isEnding } from "@ebb/core/tables/RunnerState"
import { activeRunners, inFleet, runnerInfo } from "../control/Views.ts"
import type { Sandbox } from "../Sandbox.ts"
import type { LiveApp } from "../world/LiveApp.ts"
import type { LiveRunner } from "../world/LiveRunner.ts"
import { machineTypeOf } from "../world/LiveWorld.ts"

const tickMs = 33

/** What an app looks like now. */
export const appView = (sandbox: Sandbox, app: LiveApp): AppView => {
  const state = sandbox.fleet.state.apps[app.slot]!
  const { accepted, cancelled, completed, errored } = state.totals
  return {
    alias: app.alias,
    env: app.env,
    waiting: state.waiting + state.backoff,
    inFlight: state.attempts.length,
    slotsReady: state.slotsReady,
    runners: activeRunners(state),
    accepted,
    completed,
    errored,
    cancelled,
    errorsByType: RolloutReports.errorsByType(state.errors),
    latencyMs: app.latency.summary()
  }
}

/** What a runner looks like now; null once it has ended. */
export const runnerView = (sandbox: Sandbox, live: LiveRunner): RunnerView | null => {
  const runner = inFleet(sandbox, live)
  if (runner === null) return null
  const { clock } = sandbox.world
  const graceMs = runner.revision.settings.gracePeriodSeconds * 1000
  return {
    id: live.id,
    alias: live.app.alias,
    state: runnerInfo(sandbox, live).state,
    inFlight: runner.inFlight,
    machineType: machineTypeOf(runner),
    revision: live.revision.id,
    marked: runner.marked,
    sinceMs: clock.wallMs(runner.stateSinceMs),
    graceEndsMs: isEnding(runner.state) ? clock.wallMs(runner.signalledAtMs + graceMs) : null,
    rollouts: (runner.memberships ?? []).map(({ rollout }) => sandbox.rollouts.idOf(rollout))
  }
}

/** Gathers what changed and tells it at most 30 times a second; each message has the next sequence number. */
export class Follower {
  private readonly sandbox: Sandbox
  private readonly wants: (app: LiveApp) => boolean
  private readonly send: (message: Snapshot | Changes) => void
  private readonly runners = new Set<string>()
  private readonly apps = new Set<string>()
  private readonly rollouts = new Set<string>()
  private readonly leave: () => void
  private timer: ReturnType<typeof setTimeout> | null = null
  private seq = 0

  constructor(sandbox: Sandbox, wants: (app: LiveApp) => boolean, send: (message: Snapshot | Changes) => void) {
    this.sandbox = sandbox
    this.wants = wants
    this.send = send
    this.leave = sandbox.announcer.listen({
      runner: (id) => this.note(this.runners, id),
      app: (id) => this.note(this.apps, id),
      rollout: (id) => this.note(this.rollouts, id)
    })
    send(this.snapshot())
  }

  private note(changed: Set<string>, id: string): void {
    changed.add(id)
    this.timer ??= setTimeout(() => this.tell(), tickMs)
  }

  private snapshot(): Snapshot {
    const { sandbox } = this
    const runners: Array<RunnerView> = []
    for (const live of sandbox.world.runners.all()) {
      const view = this.wants(live.app) ? runnerView(sandbox, live) : null
      if (view !== null) runners.push(view)
    }
    const apps = sandbox.apps.all.filter((app) => !app.deleted && this.wants(app))
    return {
      type: "snapshot",
      seq: ++this.seq,
      atMs: Date.now(),
      apps: apps.map((app) => appView(sandbox, app)),
      runners,
      rollouts: this.rolloutsNow((state) => state === "running")
    }
  }

  private rolloutsNow(wanted: (state: string, id: string) => boolean) {
    return this.sandbox.fleet.state.rollouts
      .filter((record) => this.wants(this.sandbox.world.apps[record.app.slot]!))
      .map((record) => this.sandbox.rollouts.summary(record))
      .filter(({ id, state }) => wanted(state, id))
  }

  private tell(): void {
    this.timer = null
    const { sandbox } = this
    const runners: Array<RunnerView> = []
    const gone: Array<string> = []
    for (const id of this.runners) {
      const live = sandbox.world.runners.find(id)
      if (live === null || !this.wants(live.app)) continue
      const view = runnerView(sandbox, live)
      if (view === null) gone.push(id)
      else runners.push(view)
    }
    const changed = [...this.apps].map((id) => sandbox.apps.byId(id)).filter((app) => app !== null && this.wants(app))
    const apps = changed.filter((app) => app !== null)
    const message: Changes = {
      type: "changes",
      seq: ++this.seq,
      atMs: Date.now(),
      apps: apps.filter((app) => !app.deleted).map((app) => appView(sandbox, app)),
      runners,
      gone,
      // A member's drain changes its rollout as well.
      rollouts: this.rolloutsNow((state, id) => state === "running" || this.rollouts.has(id)),
      deleted: apps.filter((app) => app.deleted).map((app) => app.alias)
    }
    for (const set of [this.runners, this.apps, this.rollouts]) set.clear()
    this.send(message)
  }

  stop(): void {
    this.leave()
    if (this.timer !== null) clearTimeout(this.timer)
  }
}

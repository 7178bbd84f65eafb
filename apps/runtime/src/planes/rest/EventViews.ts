import { byKey, settingsWith } from "@ebb/core/domain/Settings"
import * as RolloutReports from "@ebb/core/fleet/RolloutReports"
import { isStarting } from "@ebb/core/tables/RunnerState"
import type { AppView, RunnerView } from "@ebb/protocol/rest/Events"
import { activeRunners, inFleet, shownState } from "../../control/Views.ts"
import type { Sandbox } from "../../Sandbox.ts"
import type { LiveApp } from "../../kernel/LiveApp.ts"
import type { LiveRunner } from "../../kernel/LiveRunner.ts"
import { machineTypeOf } from "../../kernel/LiveWorld.ts"
import * as ForceCost from "./ForceCost.ts"

/** What an app looks like now. */
export const appView = (sandbox: Sandbox, app: LiveApp): AppView => {
  const state = sandbox.fleet.state.apps[app.slot]!
  const { accepted, cancelled, completed, errored } = state.totals
  const values = { ...state.settings, ...state.scaling }
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
    latencyMs: app.latency.summary(),
    force: ForceCost.of(state, sandbox.world.clock.nowMs()),
    scaling: byKey(settingsWith({ isScaled: true }), (_, key) => values[key])
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
    state: shownState(runner),
    inFlight: runner.inFlight,
    machineType: machineTypeOf(runner),
    revision: live.revision.id,
    marked: runner.marked,
    sinceMs: clock.wallMs(runner.stateSinceMs),
    expectedReadyMs: isStarting(runner.state) ? live.expectedReadyMs() : null,
    graceEndsMs: runner.signalledAtMs === null ? null : clock.wallMs(runner.signalledAtMs + graceMs),
    rollouts: (runner.memberships ?? []).map(({ rollout }) => sandbox.rollouts.idOf(rollout))
  }
}

import { isDeepStrictEqual } from "node:util"
import { byKey, settingsWith } from "@ebb/core/domain/Settings"
import * as RolloutReports from "@ebb/core/fleet/RolloutReports"
import { isStarting } from "@ebb/core/tables/RunnerState"
import type { AppView, RunnerView } from "@ebb/protocol/rest/Events"
import { activeRunners, inFleet, shownState } from "../../control/Views.ts"
import type { RolloutBook } from "../../control/Rollouts.ts"
import type { LiveFleet } from "../../kernel/Kernel.ts"
import type { LiveApp } from "../../kernel/LiveApp.ts"
import type { LiveRunner } from "../../kernel/LiveRunner.ts"
import { machineTypeOf } from "../../kernel/MachineType.ts"
import * as ForceCost from "./ForceCost.ts"

/** What is made to go wrong with an app now. */
export const faultViews = ({ faults }: LiveApp, { clock }: LiveFleet["world"]): AppView["faults"] =>
  faults.list(clock.nowMs()).map(([name, { sinceMs, untilMs }]) => ({
    do: name,
    sinceMs: clock.wallMs(sinceMs),
    untilMs: untilMs === Infinity ? null : clock.wallMs(untilMs)
  }))

/** What an app looks like now. */
export const appView = ({ state: fleet, world }: LiveFleet, app: LiveApp): AppView => {
  const state = fleet.apps[app.slot]!
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
    force: ForceCost.of(state, world.clock.nowMs()),
    faults: faultViews(app, world),
    scaling: byKey(settingsWith({ isScaled: true }), (_, key) => values[key])
  }
}

/** Whether what changes of an app with time alone is no longer as it was shown. */
export const hasAged = (shown: AppView, app: LiveApp, { world }: LiveFleet): boolean =>
  !isDeepStrictEqual([shown.latencyMs, shown.faults], [app.latency.summary(), faultViews(app, world)])

/** What a runner looks like now; null once it has ended. */
export const runnerView = (
  { state, world: { clock } }: LiveFleet,
  rollouts: RolloutBook,
  live: LiveRunner
): RunnerView | null => {
  const runner = inFleet(state, live)
  if (runner === null) return null
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
    rollouts: (runner.memberships ?? []).map(({ rollout }) => rollouts.idOf(rollout))
  }
}

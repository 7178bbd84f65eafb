import type { Scaling } from "@ebb/core/domain/App"
import { byWire, settingsWith } from "@ebb/core/domain/Settings"
import { countdownSeconds } from "@ebb/core/fleet/KeepAlive"
import type { AppState, Runner } from "@ebb/core/tables/Records"
import { isActive, runnerStateNames } from "@ebb/core/tables/RunnerState"
import type { AppInfo, DeployNotes, RevisionInfo, RunnerInfo } from "@ebb/protocol/rest/Shapes"
import type { FleetState } from "@ebb/core/fleet/FleetState"
import type { LiveFleet } from "../kernel/Kernel.ts"
import type { LiveApp, LiveRevision } from "../kernel/LiveApp.ts"
import type { LiveRunner } from "../kernel/LiveRunner.ts"
import { machineTypeOf } from "../kernel/MachineType.ts"

/** Active runners of an app, of one of its revisions with its number (platform rule 11). */
export const activeRunners = (app: AppState, revision: number | null = null): number => {
  let count = 0
  for (let runner = app.firstRunner; runner !== null; runner = runner.next) {
    if (isActive(runner.state) && (revision === null || runner.revision.number === revision)) count++
  }
  return count
}

const envField = (env: string): string => (env === "main" ? "" : env)

const scaled = settingsWith({ isScaled: true })

const scalingView = (scaling: Scaling, settings: AppState["settings"], regions: ReadonlyArray<string>) => {
  const values = { ...settings, ...scaling }
  return {
    ...byWire(scaled, (_, key) => values[key]),
    machine_types: settings.machineTypes,
    valid_regions: regions
  }
}

export const appInfo = (fleet: FleetState, app: LiveApp): AppInfo => {
  const state = fleet.apps[app.slot]!
  return {
    alias: app.alias,
    revision: app.numbered(state.revision.number).id,
    auth_mode: app.auth,
    ...scalingView(state.scaling, state.settings, app.regions),
    active_runners: activeRunners(state),
    environment_name: envField(app.env),
    is_rolling: state.verifying !== null
  }
}

const notesOf = ({ said }: LiveRevision): { readonly notes?: DeployNotes } => {
  if (said === null) return {}
  const { metadata: _, ...notes } = said
  return { notes }
}

export const revisionInfo = (fleet: FleetState, app: LiveApp, revision: LiveRevision): RevisionInfo => {
  const state = fleet.apps[app.slot]!
  const isCurrent = state.revision.number === revision.inFleet.number && !app.deleted
  return {
    application_id: revision.id,
    ...scalingView(revision.scaling, revision.inFleet.settings, app.regions),
    active_runners: activeRunners(state, revision.inFleet.number),
    created_at: new Date(revision.createdAtMs).toISOString(),
    environment_name: envField(app.env),
    state: revision.state,
    is_current: isCurrent,
    ...notesOf(revision)
  }
}

export const shownState = (runner: Runner): RunnerInfo["state"] => {
  const name = runnerStateNames[runner.state]
  return name === "FAILURE_DELAY" ? "CRASH_BACKOFF" : name
}

const leases = ({ world }: LiveFleet, runner: Runner): RunnerInfo["leases"] => {
  const found: Array<RunnerInfo["leases"][number]> = []
  for (let request = runner.requests.first; request !== null; request = request.nextPeer) {
    const live = world.requests.of(request)
    if (live === null) continue
    const leased_at_epoch = (live.startedAtMs ?? live.submittedAtMs) / 1000
    found.push({ request_id: live.id, caller_user_id: live.callerId, leased_at_epoch })
  }
  return found
}

const wallSecondsSince = (fromMs: number, toMs: number): number => Math.max(0, (toMs - fromMs) / 1000)

/** Null when the Fleet has forgotten it: it has ended. */
export const inFleet = (state: FleetState, live: LiveRunner): Runner | null => {
  const runner = live.recordIn(state)
  return runner !== null && live.endedAtMs === null ? runner : null
}

const runnerInfo = (kernel: LiveFleet, live: LiveRunner): RunnerInfo => {
  const runner = inFleet(kernel.state, live)
  const common = {
    alias: live.app.alias,
    environment_name: envField(live.app.env),
    runner_id: live.id,
    uptime_seconds: wallSecondsSince(live.createdAtMs, live.endedAtMs ?? Date.now()),
    revision: live.revision.id
  }
  if (runner === null) {
    return {
      ...common,
      machine_type: live.ended?.machineType ?? "",
      in_flight_requests: 0,
      expiration_countdown: null,
      state: "TERMINATED",
      replacement: live.ended?.replaced === true ? "DID_REPLACE" : "NO_REPLACE",
      leases: []
    }
  }
  return {
    ...common,
    machine_type: machineTypeOf(runner),
    in_flight_requests: runner.inFlight,
    expiration_countdown: countdownSeconds(runner, kernel.world.clock.nowMs()),
    state: shownState(runner),
    replacement: runner.replaced ? "DID_REPLACE" : runner.marked ? "WILL_REPLACE" : "NO_REPLACE",
    leases: leases(kernel, runner)
  }
}

const stateOrder = [
  "RUNNING",
  "IDLE",
  "DRAINING",
  "TERMINATING",
  "SETUP",
  "DOCKER_PULL",
  "PENDING",
  "CRASH_BACKOFF",
  "TERMINATED"
]

/** Those alive, and those ended since that wall time; by state, then oldest first. */
export const runnerInfos = (
  kernel: LiveFleet,
  wanted: (runner: LiveRunner) => boolean,
  endedSinceMs: number | null
): ReadonlyArray<RunnerInfo> => {
  const rows: Array<readonly [LiveRunner, RunnerInfo]> = []
  for (const live of kernel.world.runners.all()) {
    if (!wanted(live)) continue
    if (live.endedAtMs !== null && (endedSinceMs === null || live.endedAtMs < endedSinceMs)) continue
    rows.push([live, runnerInfo(kernel, live)])
  }
  rows.sort(([a, x], [b, y]) => stateOrder.indexOf(x.state) - stateOrder.indexOf(y.state) || a.number - b.number)
  return rows.map(([, info]) => info)
}

import type { EndedBy } from "../domain/RolloutReport.ts"
import { EndCause } from "../tables/EndCause.ts"
import type { AppTotals } from "../tables/AppTotals.ts"
import { type AppState, type Member, type Request, RolloutRecord, type Runner } from "../tables/Records.ts"
import { Outcome, RequestKind } from "../tables/RequestState.ts"
import type { Tally } from "../tables/Tally.ts"
import type { RunnerTime } from "../tables/RunnerTime.ts"
import { hasNoProcess, isBillable, isStarting } from "../tables/RunnerState.ts"
import * as Capacity from "./Capacity.ts"
import type { FleetState } from "./FleetState.ts"

/** Adds the time that a runner spent in the state it is leaving. */
export const runnerTime = (fleet: FleetState, runner: Runner): void => {
  const ms = fleet.nowMs - runner.stateSinceMs
  runner.app.totals.stateMs[runner.state]! += ms
  if (isBillable(runner.state)) runner.billableMs += ms
}

export const runnerTimeOf = (fleet: FleetState, app: AppState, nowMs = fleet.nowMs): RunnerTime => {
  const stateMs = app.totals.stateMs.slice()
  const billedMs = new Map(app.totals.billedMs)
  let { billableMs } = app.totals
  for (let runner = app.firstRunner; runner !== null; runner = runner.next) {
    const ms = nowMs - runner.stateSinceMs
    stateMs[runner.state]! += ms
    const billable = runner.billableMs + (isBillable(runner.state) ? ms : 0)
    billableMs += billable
    addBilled(billedMs, runner, billable)
  }
  const { lostMs, runnersCreated } = app.totals
  return { stateMs, billableMs, billedMs, lostMs, lostBilledMs: new Map(app.totals.lostBilledMs), runnersCreated }
}

const addBilled = (billedMs: Map<string, number>, runner: Runner, ms: number): void => {
  const type = Capacity.machineTypeOf(runner)
  billedMs.set(type, (billedMs.get(type) ?? 0) + ms * Capacity.unitsOf(runner))
}

/** An attempt ends with its runner: the work on it was for nothing. */
export const workLost = (fleet: FleetState, request: Request, runner: Runner): void => {
  if (request.kind !== RequestKind.realtime) addLost(runner.app.totals, request, runner, fleet.nowMs)
}

/** The work on a request, for which one slot of the machine was taken. */
export const addLost = (
  lost: Pick<AppTotals, "lostMs" | "lostBilledMs">,
  { startedAtMs }: Request,
  runner: Runner,
  nowMs: number
): void => {
  const ms = nowMs - startedAtMs
  lost.lostMs += ms
  addBilled(lost.lostBilledMs, runner, ms / runner.app.settings.maxMultiplexing)
}

/** The account of the next rollout, as things stand before it does anything. */
export const nextRollout = (
  fleet: FleetState,
  app: AppState,
  how: Pick<RolloutRecord, "force" | "order">,
  nowMs: number
): RolloutRecord => {
  const start = { nowMs, lastRequest: fleet.requestsMade, time: runnerTimeOf(fleet, app, nowMs) }
  return new RolloutRecord(fleet.rolloutsMade + 1, app, how, start)
}

/** From now on it is kept. */
export const openRollout = (fleet: FleetState, rollout: RolloutRecord): void => {
  const { app, number } = rollout
  for (const earlier of app.rollouts) earlier.superseded = true
  for (const earlier of app.rollouts) if (earlier.finishedAtMs !== null) closeAndTell(fleet, earlier)
  fleet.rolloutsMade = number
  app.rollouts.push(rollout)
  fleet.rollouts.push(rollout)
  forgetOldest(fleet)
}

/** IDLE or RUNNING runners have come or gone: the lowest number of ready slots, and whether they are back (platform rule 8.7). */
export const slotsChanged = (fleet: FleetState, app: AppState): void => {
  for (const rollout of app.rollouts) {
    const isOpen = rollout.windowEndMs === null
    if (isOpen && app.slotsReady < rollout.slotsReadyLowest) rollout.slotsReadyLowest = app.slotsReady
    if (rollout.underWay) checkRecovery(fleet, rollout)
  }
}

/** The step that began or escalated these rollouts is over: from now on ready slots can have recovered. */
export const begun = (fleet: FleetState, rollouts: ReadonlyArray<RolloutRecord>): void => {
  for (const rollout of rollouts) {
    rollout.underWay = true
    checkRecovery(fleet, rollout)
  }
}

/** Notes the first moment at which the ready slots are at least what they were. */
const checkRecovery = (fleet: FleetState, rollout: RolloutRecord): void => {
  if (rollout.recoveredAtMs !== null || rollout.app.slotsReady < rollout.slotsReadyBefore) return
  rollout.recoveredAtMs = fleet.nowMs
  if (rollout.finishedAtMs !== null) closeWindow(fleet, rollout)
  fleet.port.rolloutChanged(rollout, "recovered")
}

/** After every input: where nothing starts and nobody waits, fewer runners are wanted than before, and there is no recovery to wait for. */
export const closeQuietWindows = (fleet: FleetState, app: AppState): void => {
  if (app.coming > 0 || app.waiting > 0 || app.backoff > 0) return
  for (const rollout of app.rollouts) {
    if (rollout.finishedAtMs !== null && rollout.windowEndMs === null) closeAndTell(fleet, rollout)
  }
}

/** Where nothing else is told of the rollout at this moment. */
const closeAndTell = (fleet: FleetState, rollout: RolloutRecord): void => {
  const wasOpen = rollout.windowEndMs === null
  closeWindow(fleet, rollout)
  if (wasOpen) fleet.port.rolloutChanged(rollout, "measured")
}

const closeWindow = (fleet: FleetState, rollout: RolloutRecord): void => {
  if (rollout.windowEndMs !== null) return dropWhenSettled(fleet, rollout)
  rollout.windowEndMs = fleet.nowMs
  rollout.lastBefore = fleet.requestsMade
  rollout.timeAfter = runnerTimeOf(fleet, rollout.app)
  dropWhenSettled(fleet, rollout)
}

const dropWhenSettled = (fleet: FleetState, rollout: RolloutRecord): void => {
  if (rollout.windowEndMs === null || rollout.unsettled > 0) return
  rollout.latency.seal()
  rollout.queueWait.seal()
  // Its slots may be back yet.
  if (rollout.recoveredAtMs === null && !rollout.interrupted && isFollowed(fleet, rollout)) return
  rollout.app.rollouts = rollout.app.rollouts.filter((other) => other !== rollout)
}

/** A rollout whose slots are not back is followed on while others begin, up to a number of an app. */
const isFollowed = ({ options }: FleetState, { app, number, superseded }: RolloutRecord): boolean => {
  if (!superseded) return true
  const newer = app.rollouts.filter((other) => other.superseded && other.number > number)
  return newer.length < (options.recoveriesFollowed ?? 0)
}

/** A rollout of all runners of a large app takes as much memory as a thousand small ones. */
const membersPerRollout = 100

/** Of more rollouts than are kept the oldest go of which nothing is left to be known. */
const forgetOldest = (fleet: FleetState): void => {
  const { rolloutsKept = Infinity } = fleet.options
  const { rollouts } = fleet
  let members = rollouts.reduce((sum, rollout) => sum + rollout.members.length, 0)
  for (let at = 0; at < rollouts.length;) {
    if (rollouts.length <= rolloutsKept && members <= rolloutsKept * membersPerRollout) return
    const oldest = rollouts[at]!
    if (oldest.app.rollouts.includes(oldest)) at++
    else {
      rollouts.splice(at, 1)
      members -= oldest.members.length
    }
  }
}

/** A runner got its signal: what is in flight on it belongs to its rollouts (platform rule 8.7). */
export const signalled = (fleet: FleetState, runner: Runner): void => {
  if (runner.memberships === null) return
  for (const member of runner.memberships) {
    member.signalledAtMs = fleet.nowMs
    for (let request = runner.requests.first; request !== null; request = request.nextPeer) {
      tallyOf(member, request).atStart++
    }
  }
}

const tallyOf = (member: Member, request: Request): Tally =>
  request.kind === RequestKind.queued ? member.queued : member.direct

/** How a request left its runner; counted for the rollouts that had signalled it. */
export const leftRunner = (
  fleet: FleetState,
  request: Request,
  runner: Runner,
  how: "drained" | "errored" | "retried" | "cancelled"
): void => {
  if (runner.memberships === null || runner.signalledAtMs === null) return
  if (how === "errored") request.lostWith = runner.memberships
  for (const member of runner.memberships) {
    tallyOf(member, request)[how]++
    if (how === "errored") member.messagesLost += request.messages
    if (runner.lostRequests && (how === "errored" || how === "retried")) member.lost++
    member.lastEndMs = fleet.nowMs
  }
}

/** A runner has ended, and with its last one a rollout (platform rule 8.7). */
export const memberEnded = (fleet: FleetState, runner: Runner): void => {
  runner.app.totals.billableMs += runner.billableMs
  addBilled(runner.app.totals.billedMs, runner, runner.billableMs)
  if (runner.memberships === null) return
  for (const member of runner.memberships) {
    member.graceExceeded = runner.graceExceeded
    member.endedBy = endedBy(member, runner)
    member.drainMs = drainMs(member, runner)
    if (--member.rollout.remaining === 0) finishRollout(fleet, member.rollout)
  }
}

const endedBy = (member: Member, runner: Runner): EndedBy => {
  if (runner.graceExceeded) return "grace_exceeded"
  if (runner.endCause === EndCause.crashed) return "crashed"
  if (runner.endCause === EndCause.escalation) return "escalated"
  if (hasNoProcess(member.stateAtStart)) return "startup_cancelled"
  if (runner.killed) return "killed"
  if (runner.endCause === EndCause.expired) return "expired"
  if (isStarting(member.stateAtStart)) return "startup_cancelled"
  return member.direct.atStart + member.queued.atStart > 0 ? "drained" : "idle"
}

const drainMs = (member: Member, runner: Runner): number | null => {
  if (member.direct.atStart + member.queued.atStart === 0) return 0
  if (runner.lostRequests && !runner.graceExceeded) return null
  return member.lastEndMs === null || member.signalledAtMs === null ? null : member.lastEndMs - member.signalledAtMs
}

/** Every runner of the set has ended; with the app deleted that is no finish but an interruption (platform rule 8.6). */
export const finishRollout = (fleet: FleetState, rollout: RolloutRecord): void => {
  rollout.finishedAtMs = fleet.nowMs
  rollout.interrupted = rollout.app.deleted
  if (rollout.recoveredAtMs !== null || rollout.interrupted) closeWindow(fleet, rollout)
  fleet.port.rolloutChanged(rollout, "finished")
}

/** A request was accepted: rollouts with an open window measure it. */
export const accepted = (request: Request): void => {
  const { rollouts } = request.app
  for (let i = 0; i < rollouts.length; i++) if (rollouts[i]!.windowEndMs === null) rollouts[i]!.unsettled++
}

/** A request has its outcome: it is measured by the rollouts in whose window it was submitted. */
export const settled = (fleet: FleetState, request: Request): void => {
  const { rollouts } = request.app
  if (request.outcome === Outcome.errored) countError(request)
  for (let i = rollouts.length - 1; i >= 0; i--) measure(fleet, rollouts[i]!, request)
  request.lostWith = null
}

const countError = (request: Request): void => {
  const { errors } = request.app
  errors[request.errorType] = (errors[request.errorType] ?? 0) + 1
}

const measure = (fleet: FleetState, rollout: RolloutRecord, request: Request): void => {
  const isSubmittedIn = request.number > rollout.firstAfter && !isAfterWindow(rollout, request)
  if (request.outcome === Outcome.errored && isItsError(rollout, request, isSubmittedIn)) {
    rollout.errors[request.errorType] = (rollout.errors[request.errorType] ?? 0) + 1
  }
  if (!isSubmittedIn) return
  if (request.outcome === Outcome.completed) rollout.latency.record(fleet.nowMs - request.submittedAtMs)
  rollout.queueWait.record(request.waitedMs)
  rollout.unsettled--
  dropWhenSettled(fleet, rollout)
  if (rollout.windowEndMs !== null && rollout.unsettled === 0) fleet.port.rolloutChanged(rollout, "measured")
}

/** What was in flight on a runner that was told to end is an error of the rollouts that told it, and of no other. */
const isItsError = (rollout: RolloutRecord, request: Request, isSubmittedIn: boolean): boolean => {
  if (request.lostWith !== null) return request.lostWith.some((member) => member.rollout === rollout)
  return rollout.windowEndMs === null || (isSubmittedIn && !rollout.superseded)
}

const isAfterWindow = (rollout: RolloutRecord, request: Request): boolean =>
  rollout.lastBefore !== null && request.number > rollout.lastBefore

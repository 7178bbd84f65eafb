import type { RolloutOrder } from "../domain/RolloutWay.ts"
import { EndCause } from "../tables/EndCause.ts"
import { type AppState, Member, type RolloutRecord, type Runner } from "../tables/Records.ts"
import { isActive, isServing, RunnerState } from "../tables/RunnerState.ts"
import { TimerKind } from "./FleetPort.ts"
import type { FleetState } from "./FleetState.ts"
import * as Ledger from "./Ledger.ts"
import * as Lifecycle from "./Lifecycle.ts"
import * as Portions from "./Portions.ts"
import * as Replacing from "./Replacing.ts"
import * as Shutdown from "./Shutdown.ts"
import * as StartUp from "./StartUp.ts"
import * as Budget from "./strategy/Budget.ts"
import type { Strategy } from "./strategy/Strategy.ts"

/** How an app is to be rolled out; `order` null: the app's own setting. */
export interface RolloutCommand {
  readonly force: boolean
  readonly order: RolloutOrder | null
}

/** Restarts every active runner of an app; by force it escalates the unforced rollouts under way (platform rules 8.3, 8.6). */
export const start = (fleet: FleetState, app: AppState, command: RolloutCommand): ReadonlyArray<RolloutRecord> => {
  const rolling = escalatedBy(app, command)
  if (rolling.length > 0) return escalate(fleet, app, rolling)
  const { rollout, set } = next(fleet, app, command, fleet.nowMs)
  Ledger.openRollout(fleet, rollout)
  for (const [at, runner] of set.entries()) addMembership(runner, rollout.members[at]!)
  const name = rollout.order ?? "force"
  const strategy = fleet.strategies[name]
  fleet.port.rolloutChanged(rollout, "begun")
  StartUp.liftBackoff(fleet, app)
  if (goesOn(strategy)) app.rolling = name
  restart(fleet, rollout, set, strategy)
  if (rollout.members.length === 0) Ledger.finishRollout(fleet, rollout)
  return [rollout]
}

interface Next {
  readonly rollout: RolloutRecord
  readonly set: ReadonlyArray<Runner>
}

const next = (fleet: FleetState, app: AppState, { force, order: asked }: RolloutCommand, nowMs: number): Next => {
  const order = force ? null : (asked ?? app.settings.rolloutOrder)
  const rollout = Ledger.nextRollout(fleet, app, { force, order }, nowMs)
  const set = runnersOf(app, !Budget.mayMissAll(fleet.strategies[order ?? "force"].limits))
  for (const { number, state } of set) rollout.members.push(new Member(rollout, number, state))
  rollout.remaining = set.length
  return { rollout, set }
}

/** What `start` would begin at that moment: as long as nothing is done, it is known to nobody else. */
export const planned = (fleet: FleetState, app: AppState, command: RolloutCommand, nowMs: number): RolloutRecord =>
  next(fleet, app, command, nowMs).rollout

/** The unforced rollouts under way that such a command takes over instead of beginning one (platform rule 8.6). */
export const escalatedBy = (app: AppState, { force }: RolloutCommand): ReadonlyArray<RolloutRecord> =>
  force ? unforcedOf(app) : []

const unforcedOf = (app: AppState): ReadonlyArray<RolloutRecord> =>
  app.rollouts.filter((rollout) => !rollout.force && rollout.finishedAtMs === null)

/** Whom a force would kill now: what is left of unforced rollouts, else every active runner (platform rules 8.3, 8.6). */
export const killedByForce = (app: AppState): ReadonlyArray<Runner> => {
  const rolling = unforcedOf(app)
  return rolling.length > 0 ? aliveMembers(app, rolling) : runnersOf(app, false)
}

/** The set, fixed at the instant of the command, in ascending number (platform rule 8.3). */
const runnersOf = (app: AppState, skipsMarked: boolean): ReadonlyArray<Runner> => {
  const set: Array<Runner> = []
  for (let runner = app.firstRunner; runner !== null; runner = runner.next) {
    if (!isActive(runner.state) || runner.verification) continue
    // It waits for its turn in an earlier rollout already.
    if (runner.marked && skipsMarked) continue
    set.push(runner)
  }
  return set
}

const addMembership = (runner: Runner, member: Member): void => {
  runner.memberships = runner.memberships === null ? [member] : [...runner.memberships, member]
}

/** Whether more is to be decided after its first step. */
const goesOn = ({ limits }: Strategy): boolean => !Budget.mayMissAll(limits) || limits.wait !== "none"

const restart = (
  fleet: FleetState,
  rollout: RolloutRecord,
  set: ReadonlyArray<Runner>,
  { kills, limits }: Strategy
): void => {
  const waits = Budget.mayMissAll(limits) ? [] : set.filter(({ state }) => isServing(state))
  Replacing.markAll(waits)
  const ends = kills || waits.length === 0 ? set : set.filter(({ marked }) => !marked)
  Portions.begin(fleet, ends, { kills, cause: EndCause.rollout, rollouts: [rollout] })
  Portions.startLater(fleet, rollout.app, waits.length)
}

/** `runners stop --replace`: a starting runner is ended now, a serving one when its replacement has joined (platform rule 11). */
export const replace = (fleet: FleetState, runner: Runner): void => {
  if (isServing(runner.state)) Replacing.mark(runner)
  else Shutdown.stop(fleet, runner, EndCause.operator)
}

/** An unmarked runner has finished its start-up: it is available now, or when it has been ready for a while. */
export const joined = (fleet: FleetState, runner: Runner): void => {
  const { app } = runner
  const strategy = Replacing.strategyOf(fleet, app)
  if (strategy === null || app.marked === 0) return
  const { minReadyMs } = strategy.limits
  if (minReadyMs === 0) return becomesAvailable(fleet, app, strategy)
  runner.settling = true
  app.settling++
  fleet.port.wake(TimerKind.settled, runner.slot, runner.epoch, fleet.nowMs + minReadyMs)
}

/** It has been ready for as long as the strategy wants. */
export const settled = (fleet: FleetState, runner: Runner): void => {
  Lifecycle.settled(runner)
  const strategy = Replacing.strategyOf(fleet, runner.app)
  if (strategy !== null) becomesAvailable(fleet, runner.app, strategy)
}

const becomesAvailable = (fleet: FleetState, app: AppState, { limits }: Strategy): void => {
  app.joined++
  if (limits.pauseMs > 0) app.pausedUntilMs = fleet.nowMs + limits.pauseMs
}

/** After every input while a rollout is under way: those whose turn it is are told to stop (platform rule 8.4). */
export const goOn = (fleet: FleetState, app: AppState): void => {
  if (app.marked === 0) return end(app)
  const strategy = Replacing.strategyOf(fleet, app)
  if (strategy === null || fleet.nowMs < app.pausedUntilMs) return
  const count = strategy.stops(Replacing.standing(fleet, app), strategy.limits)
  app.joined = 0
  for (let n = 0; n < count; n++) {
    const runner = Replacing.firstMarked(fleet, app)
    if (runner === null) return
    runner.replaced = true
    Shutdown.stop(fleet, runner, EndCause.rollout)
  }
}

/** With the last of its runners ended nothing is under way any more. */
const end = (app: AppState): void => {
  if (app.ending > 0) return
  app.rolling = null
  app.pausedUntilMs = 0
}

const escalate = (
  fleet: FleetState,
  app: AppState,
  rolling: ReadonlyArray<RolloutRecord>
): ReadonlyArray<RolloutRecord> => {
  for (const rollout of rolling) {
    rollout.escalatedAtMs = fleet.nowMs
    fleet.port.rolloutChanged(rollout, "escalated")
  }
  Portions.begin(fleet, aliveMembers(app, rolling), { kills: true, cause: EndCause.escalation, rollouts: rolling })
  return rolling
}

const aliveMembers = (app: AppState, rolling: ReadonlyArray<RolloutRecord>): ReadonlyArray<Runner> => {
  const alive: Array<Runner> = []
  for (let runner = app.firstRunner; runner !== null; runner = runner.next) {
    if (runner.state === RunnerState.TERMINATED) continue
    if (runner.memberships?.some((member) => rolling.includes(member.rollout)) === true) alive.push(runner)
  }
  return alive
}

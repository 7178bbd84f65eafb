import type { RolloutOrder } from "../domain/App.ts"
import type { AppState } from "../tables/AppState.ts"
import { Member, type RolloutRecord } from "../tables/RolloutRecord.ts"
import { EndCause, type Runner } from "../tables/Runner.ts"
import { isActive, isServing, RunnerState } from "../tables/RunnerState.ts"
import * as Autoscaler from "./Autoscaler.ts"
import type { FleetState } from "./FleetState.ts"
import * as Ledger from "./Ledger.ts"
import * as Shutdown from "./Shutdown.ts"
import * as Slots from "./Slots.ts"
import * as StartUp from "./StartUp.ts"

/** How an app is to be rolled out; `order` null: the app's own setting. */
export interface RolloutCommand {
  readonly force: boolean
  readonly order: RolloutOrder | null
}

/** Restarts every active runner of an app; by force it escalates what is rolling gracefully (platform rules 8.3, 8.6). */
export const start = (fleet: FleetState, app: AppState, command: RolloutCommand): ReadonlyArray<RolloutRecord> => {
  const rolling = command.force ? rollingGracefully(app) : []
  if (rolling.length > 0) return escalate(fleet, app, rolling)
  const order = command.force ? null : (command.order ?? app.settings.rolloutOrder)
  const rollout = Ledger.openRollout(fleet, app, { force: command.force, order })
  const set = runnersOf(app, order)
  for (const runner of set) enrol(rollout, runner)
  fleet.port.rolloutChanged(rollout, "begun")
  StartUp.liftBackoff(fleet, app)
  for (const runner of set) restart(fleet, runner, rollout)
  if (rollout.members.length === 0) Ledger.finishRollout(fleet, rollout)
  return [rollout]
}

const rollingGracefully = (app: AppState): ReadonlyArray<RolloutRecord> =>
  app.rollouts.filter((rollout) => !rollout.force && rollout.finishedAtMs === null)

/** Whom a force would kill now: what is left of graceful rollouts, else every active runner (platform rules 8.3, 8.6). */
export const killedByForce = (app: AppState): ReadonlyArray<Runner> => {
  const rolling = rollingGracefully(app)
  return rolling.length > 0 ? aliveMembers(app, rolling) : runnersOf(app, null)
}

/** The set, fixed at the instant of the command, in ascending number (platform rule 8.3). */
const runnersOf = (app: AppState, order: RolloutOrder | null): ReadonlyArray<Runner> => {
  const set: Array<Runner> = []
  for (let runner = app.firstRunner; runner !== null; runner = runner.next) {
    if (!isActive(runner.state) || runner.verification) continue
    if (runner.marked && order === "replace_first") continue
    set.push(runner)
  }
  return set
}

const enrol = (rollout: RolloutRecord, runner: Runner): void => {
  const member = new Member(rollout, runner.number, runner.state)
  rollout.members.push(member)
  rollout.remaining++
  runner.memberships = runner.memberships === null ? [member] : [...runner.memberships, member]
}

const restart = (fleet: FleetState, runner: Runner, rollout: RolloutRecord): void => {
  if (rollout.force) return Shutdown.kill(fleet, runner, EndCause.rollout)
  if (rollout.order === "replace_first" && isServing(runner.state)) return mark(runner)
  Shutdown.stop(fleet, runner, EndCause.rollout)
}

/** The runner serves on until a replacement has joined: WILL_REPLACE (platform rules 8.4, 11). */
export const mark = (runner: Runner): void => {
  if (runner.marked) return
  Slots.delist(runner)
  runner.app.serving--
  runner.app.recount()
  runner.app.marked++
  runner.marked = true
  Slots.enlist(runner)
}

/** `runners stop --replace`: a starting runner is ended now, a serving one when its replacement has joined (platform rule 11). */
export const replace = (fleet: FleetState, runner: Runner): void => {
  if (isServing(runner.state)) mark(runner)
  else Shutdown.stop(fleet, runner, EndCause.operator)
}

/** An unmarked runner has finished its start-up: one marked runner is stopped (platform rule 8.4). */
export const replacementJoined = (fleet: FleetState, app: AppState): void => {
  if (app.marked === 0) return
  const runner = Autoscaler.firstMarked(app)!
  runner.replaced = true
  Shutdown.stop(fleet, runner, EndCause.rollout)
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
  for (const runner of aliveMembers(app, rolling)) Shutdown.kill(fleet, runner, EndCause.escalation)
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

/** The step that began or escalated these rollouts is over: from now on ready slots can have recovered. */
export const begun = (fleet: FleetState, rollouts: ReadonlyArray<RolloutRecord>): void => {
  for (const rollout of rollouts) {
    rollout.underWay = true
    Ledger.checkRecovery(fleet, rollout)
  }
}

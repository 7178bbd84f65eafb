import type { RolloutOrder } from "@ebb/core/domain/RolloutWay"
import type { RolloutReport } from "@ebb/core/domain/RolloutReport"
import * as Rollout from "@ebb/core/fleet/Rollout"
import { Effect } from "effect"
import { Kernel } from "../kernel/Kernel.ts"
import { signalled } from "../kernel/Signals.ts"
import * as Turns from "../kernel/Turns.ts"
import type { StoredRollout } from "../store/RolloutStore.ts"
import * as Find from "./Find.ts"
import type { Principal } from "./Principal.ts"
import { notFound, type Refused } from "./Refused.ts"
import { type RolloutBook, Rollouts } from "./Rollouts.ts"

export interface RolloutRequest {
  readonly app: string
  readonly env?: string | undefined
  readonly force?: boolean | undefined
  readonly order?: RolloutOrder | undefined
}

/** Restarts every active runner of an app; answers as soon as the signals are issued (platform rule 8.2). */
export const rollout = Effect.fn("rollout")(function* (principal: Principal, request: RolloutRequest) {
  const app = yield* Find.appForCommand(principal, request.app, request.env)
  const force = request.force ?? false
  const { state, world } = yield* Kernel
  const rollouts = yield* Rollouts
  // With many runners this takes a turn of the event loop by itself.
  if (state.apps[app.slot]!.counted > Turns.portion) yield* Effect.promise(Turns.turn)
  const command = { force, order: force ? null : (request.order ?? null) }
  const { killed, record } = world.input((fleet, nowMs) => {
    const appState = fleet.state.apps[app.slot]!
    rollouts.announce(appState, command, nowMs)
    const alive = force ? Rollout.killedByForce(appState) : []
    const killed = { runners: alive.length, inFlight: alive.reduce((sum, { inFlight }) => sum + inFlight, 0) }
    const [record] = fleet.rollout(nowMs, app.slot, command)
    return { killed, record: record! }
  })
  yield* signalled(world, app.slot)
  // One that the sandbox goes down with is running on disk.
  if (!world.pacer.isStopped) rollouts.note(record)
  const summary = rollouts.summary(record)
  // A force that escalates answers with the graceful rollout that it takes over.
  return force && !record.force ? { ...summary, escalated: killed } : summary
})

export interface RolloutFilter {
  readonly app?: string | undefined
  readonly env?: string | undefined
}

export const list = Effect.fn("rollouts.list")(function* (principal: Principal, filter: RolloutFilter) {
  const wanted = filter.app === undefined ? null : yield* Find.splitName(filter.app, filter.env)
  const env = wanted?.env ?? filter.env
  const found = (yield* Rollouts)
    .list(principal.team)
    .filter((stored) => (wanted === null || stored.app === wanted.name) && (env === undefined || stored.env === env))
    .map(({ summary }) => summary)
  // An app that was deleted has had rollouts; one that never was is a name mistyped.
  if (found.length === 0 && filter.app !== undefined) yield* Find.app(principal, filter.app, filter.env)
  return found
})

const find = (rollouts: RolloutBook, { team }: Principal, id: string): Effect.Effect<StoredRollout, Refused> => {
  const found = rollouts.find(team, id)
  const detail =
    id === "last"
      ? "There has been no rollout yet. See: ebb apps rollout --help"
      : `Rollout '${id}' not found. See: ebb rollouts list`
  return found === null ? Effect.fail(notFound(detail)) : Effect.succeed(found)
}

/** What a rollout did; with `wait`, once it is over. */
export const report = Effect.fn("rollouts.report")(function* (
  principal: Principal,
  id: string,
  wait: boolean
): Effect.fn.Return<RolloutReport, Refused, Rollouts> {
  const rollouts = yield* Rollouts
  const stored = yield* find(rollouts, principal, id)
  if (!wait) return stored.report
  yield* Effect.promise(() => rollouts.whenFinished(stored))
  return (yield* find(rollouts, principal, stored.summary.id)).report
})

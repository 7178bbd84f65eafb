import { EndCause } from "../tables/EndCause.ts"
import type { AppState, Runner } from "../tables/Records.ts"
import type { FreeGroup } from "../tables/FreeRunners.ts"
import * as Demand from "./Demand.ts"
import type { FleetState } from "./FleetState.ts"
import * as Portions from "./Portions.ts"

const neverUsedLingerMs = 10_000

/** How long an idle runner stays: keep_alive, or at most 10 s if it was never used and nothing holds runners (platform rule 2.5). */
export const lingerMs = (app: AppState, used: boolean): number => {
  const { concurrencyBuffer, concurrencyBufferPerc, minConcurrency } = app.scaling
  const isHeld = minConcurrency > 0 || concurrencyBuffer > 0 || concurrencyBufferPerc > 0
  return used || isHeld ? app.keepAliveMs : Math.min(app.keepAliveMs, neverUsedLingerMs)
}

/** When an IDLE runner expires, if it may. */
export const expiresAtMs = (runner: Runner): number => runner.loadSinceMs + lingerMs(runner.app, runner.used)

/** Whole seconds until an IDLE runner expires; null where it may not (platform rule 2.5). */
export const countdownSeconds = (runner: Runner, nowMs: number): number | null => {
  if (runner.inFlight > 0 || runner.free === null || !mayExpire(runner.app)) return null
  return Math.max(0, Math.ceil((expiresAtMs(runner) - nowMs) / 1000))
}

/** Most events end here: the app has no more than its min_concurrency. */
const hasNoMoreThanMin = (app: AppState): boolean =>
  app.counted <= app.scaling.minConcurrency && app.marked === 0 && !app.deleted

const mayExpire = (app: AppState): boolean => Demand.exceedsFloor(app, app.counted)

const markedMayExpire = (app: AppState): boolean => Demand.exceedsFloor(app, app.serving + app.marked)

/** When the longest idle of these runners expires, if it may; Infinity: none is idle. Most events need no more than this. */
const firstExpiryMs = (app: AppState, { fresh, used }: FreeGroup<Runner>): number => {
  const usedMs = used.first === null ? Infinity : used.first.loadSinceMs + app.keepAliveMs
  return fresh.first === null ? usedMs : Math.min(usedMs, expiresAtMs(fresh.first))
}

/** Stops the idle runners past their expiry while there are more than the floor (platform rule 3.4, step 3). */
export const run = (fleet: FleetState, app: AppState): void => {
  if (hasNoMoreThanMin(app)) return
  if (firstExpiryMs(app, app.free) <= fleet.nowMs && mayExpire(app)) {
    stopExpired(fleet, app.free, Demand.aboveFloor(app, app.counted))
    if (Portions.areLeft(fleet, app)) return
  }
  if (app.marked > 0 && firstExpiryMs(app, app.freeMarked) <= fleet.nowMs && markedMayExpire(app)) {
    const most = Math.min(app.marked, Demand.aboveFloor(app, app.serving + app.marked))
    stopExpired(fleet, app.freeMarked, most)
  }
}

const stopExpired = (fleet: FleetState, group: FreeGroup<Runner>, most: number): void => {
  const expired = expiredOf(group, fleet.nowMs, most)
  Portions.begin(fleet, expired, { kills: false, cause: EndCause.expired, rollouts: [] })
}

/** Earliest first: among the idle ones of one linger the longest idle is first, so only the two heads can be the next. */
const expiredOf = ({ fresh, used }: FreeGroup<Runner>, nowMs: number, most: number): ReadonlyArray<Runner> => {
  const expired: Array<Runner> = []
  let ofUsed = used.first
  let ofFresh = fresh.first
  while (expired.length < most) {
    const runner = earlier(ofUsed, ofFresh)
    if (runner === null || expiresAtMs(runner) > nowMs) break
    expired.push(runner)
    if (runner === ofUsed) ofUsed = runner.nextPeer
    else ofFresh = runner.nextPeer
  }
  return expired
}

/** When the next idle runner expires, Infinity when none may or none does before that time. */
export const nextExpiryMs = (app: AppState, beforeMs: number): number => {
  if (hasNoMoreThanMin(app)) return Infinity
  const unmarkedMs = firstExpiryMs(app, app.free)
  const markedMs = app.marked === 0 ? Infinity : firstExpiryMs(app, app.freeMarked)
  return Math.min(
    unmarkedMs < beforeMs && mayExpire(app) ? unmarkedMs : Infinity,
    markedMs < beforeMs && markedMayExpire(app) ? markedMs : Infinity
  )
}

const earlier = (used: Runner | null, fresh: Runner | null): Runner | null => {
  if (used === null || fresh === null) return used ?? fresh
  const usedAtMs = expiresAtMs(used)
  const freshAtMs = expiresAtMs(fresh)
  if (usedAtMs !== freshAtMs) return usedAtMs < freshAtMs ? used : fresh
  return used.number < fresh.number ? used : fresh
}

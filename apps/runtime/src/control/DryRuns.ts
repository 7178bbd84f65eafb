import { type RolloutOrder, type Way, wayNames, wayOf } from "@ebb/core/domain/RolloutWay"
import type { FleetState } from "@ebb/core/fleet/FleetState"
import { fleetCopyOfNow } from "@ebb/core/snapshot/FleetCopy"
import { RequestKind } from "@ebb/core/tables/RequestState"
import type { DryRunCommand } from "@ebb/protocol/rest/Shapes"
import * as DryRun from "@ebb/sim/dryrun/DryRun"
import type { Moment } from "@ebb/sim/dryrun/ForkedWorld"
import * as Outlook from "@ebb/sim/dryrun/Outlook"
import type { Timeline } from "@ebb/sim/world/Timeline"
import { Effect } from "effect"
import type { LiveApp, LiveRevision } from "../kernel/LiveApp.ts"
import { Kernel } from "../kernel/Kernel.ts"
import * as Turns from "../kernel/Turns.ts"
import type { World } from "../kernel/World.ts"
import type { SettledRow } from "../store/LedgerStore.ts"
import * as Find from "./Find.ts"
import * as PastRequests from "./PastRequests.ts"
import type { Principal } from "./Principal.ts"

export interface DryRunRequest {
  readonly app: string
  readonly env?: string | undefined
  /** The one way to try; all of them without. */
  readonly force?: boolean | undefined
  readonly order?: RolloutOrder | undefined
  /** What is to come is drawn from these gaps; from those of late without. */
  readonly arrivals?: DryRunCommand["arrivals"]
}

/** So far back arrivals are looked at, in Fleet time, and so many requests at most. */
const arrivalsMs = 15 * 60_000
const requestsMost = 4000
/** So many completed requests say how long processes take; fewer than the least do not. */
const servicesMost = 1000
const servicesLeast = 20
const dayMs = 86_400_000

const budgetMs = 800
const forksMost = 300

const valuesOf = (values: ReadonlyArray<number>): Outlook.Values => Float64Array.from(values).sort()

/** How long its own server took, of each kind; null where too few requests ended. */
const seenServices = (rows: ReadonlyArray<SettledRow>, speed: number): Outlook.Values | null => {
  const taken = rows.flatMap(({ outcome, settledAtMs, startedAtMs }) =>
    outcome === "completed" && startedAtMs !== null ? [(settledAtMs - startedAtMs) * speed] : []
  )
  return taken.length < servicesLeast ? null : valuesOf(taken.slice(0, servicesMost))
}

/** A process is there in one step. */
const stagesOf = ({ processes, startTimes }: LiveRevision, model: Outlook.Stages, speed: number): Outlook.Stages => {
  if (processes === null || startTimes.all.length === 0) return model
  const none = new Float64Array()
  return { ...model, scheduling: none, dockerPull: none, setup: valuesOf(startTimes.all.map((ms) => ms * speed)) }
}

const outlookOf = (app: LiveApp, number: number, rows: ReadonlyArray<SettledRow>, world: World): Outlook.Outlook => {
  const { speed } = world.clock
  const revision = app.numbered(number)
  const { service, ...model } = Outlook.ofProfile(revision.profile)
  const isIn = (fault: Parameters<typeof app.faults.isInForce>[0]): boolean =>
    app.faults.isInForce(fault, world.fleet.state.nowMs)
  const of = (kind: RequestKind): Outlook.Values => {
    if (revision.processes === null) return service
    const own = rows.filter((row) => row.kind === kind)
    return seenServices(own, speed) ?? seenServices(rows, speed) ?? service
  }
  return {
    ...model,
    stages: stagesOf(revision, model.stages, speed),
    chances: {
      ...model.chances,
      ...(isIn("scheduling_failure") ? { schedulingFails: 1 } : {}),
      ...(isIn("setup_failure") ? { setupFails: 1 } : {}),
      ...(isIn("slow_teardown") ? { slowTeardown: 1 } : {})
    },
    services: {
      [RequestKind.direct]: of(RequestKind.direct),
      [RequestKind.queued]: of(RequestKind.queued),
      [RequestKind.realtime]: service
    },
    gaps: [],
    sinceLastMs: 0
  }
}

type Arrival = Pick<SettledRow, "kind" | "submittedAtMs">

const openOf = ({ requests }: World, app: LiveApp): ReadonlyArray<Arrival> =>
  requests.all().filter((request) => request.app === app)

/** The requests of the last quarter of an hour, by the time between them. */
const arrivalsOf = (requests: ReadonlyArray<Arrival>, { clock }: World, nowMs: number) => {
  const came = requests
    .map(({ kind, submittedAtMs }) => ({ kind, atMs: clock.fleetMs(submittedAtMs) }))
    .filter(({ atMs, kind }) => atMs >= nowMs - arrivalsMs && kind !== RequestKind.realtime)
    .sort((a, b) => a.atMs - b.atMs)
  const gaps = came.slice(1).map(({ atMs, kind }, at): Outlook.Gap => ({ ms: atMs - came[at]!.atMs, kind }))
  return { gaps, sinceLastMs: Math.max(0, nowMs - (came.at(-1)?.atMs ?? nowMs)) }
}

/** Of runners that are held, until when. */
const heldIn = (state: FleetState, { runners }: Timeline): ReadonlyMap<number, number> => {
  const held = new Map<number, number>()
  if (!runners.hasHeld) return held
  for (const app of state.apps)
    for (let runner = app.firstRunner; runner !== null; runner = runner.next) {
      const untilMs = runners.heldUntilMs(runner)
      if (untilMs > state.nowMs) held.set(runner.number, untilMs)
    }
  return held
}

/** Of requests that were tried before, how long without success. */
const failedIn = ({ requests }: World): ReadonlyMap<number, number> => {
  const failed = new Map<number, number>()
  for (const { longestFailedMs, number } of requests.all()) if (longestFailedMs > 0) failed.set(number, longestFailedMs)
  return failed
}

const waysOf = ({ force, order }: DryRunRequest): ReadonlyArray<Way> => {
  if (force === true) return ["force"]
  return order === undefined ? wayNames : [wayOf(order)]
}

/** The requests of an app that ended in the last day, the newest first. */
const recent = Effect.fnUntraced(function* (app: LiveApp) {
  const untilMs = Date.now() + 1
  const scope = { apps: new Map([[app.id, app.alias]]), fromMs: untilMs - dayMs, untilMs }
  return yield* PastRequests.settled(scope, { before: Number.MAX_SAFE_INTEGER, limit: requestsMost })
})

/** The live Fleet at this instant, with all that its world knows of what is to come. The answer completes it after the instant. */
export const moment = Effect.fn("rollout.moment")(function* (principal: Principal, request: DryRunRequest) {
  const app = yield* Find.app(principal, request.app, request.env)
  const rows = yield* recent(app)
  const { measurable, world } = yield* Kernel
  const now = world.input(({ state }, nowMs) => ({
    nowMs,
    fleet: fleetCopyOfNow(state, state.port),
    timers: measurable.timers(),
    outlooks: state.apps.map(({ revision, slot }) => {
      const live = world.apps[slot]!
      return outlookOf(live, revision.number, live === app ? rows : [], world)
    }),
    heldUntilMs: heldIn(state, measurable.timeline),
    longestFailedMs: failedIn(world),
    open: openOf(world, app)
  }))
  return async (): Promise<Moment> => {
    const { heldUntilMs, longestFailedMs, nowMs, open, outlooks, timers } = now
    const fleet = await Turns.steps(now.fleet)
    await Turns.turn()
    const asked = request.arrivals?.map(({ afterMs, kind }) => ({ ms: afterMs, kind: RequestKind[kind] }))
    const arrivals = asked ? { gaps: asked, sinceLastMs: 0 } : arrivalsOf([...rows, ...open], world, nowMs)
    return {
      fleet: fleet.state,
      timers: timers(),
      nowMs,
      outlooks: outlooks.map((outlook, slot) => (slot === app.slot ? { ...outlook, ...arrivals } : outlook)),
      heldUntilMs,
      longestFailedMs,
      app: app.slot
    }
  }
})

/** What a rollout begun at that moment would do, by forks of the Fleet as it was then. */
export const forks = (from: Moment, request: DryRunRequest) =>
  DryRun.run(from, { ways: waysOf(request), budgetMs, forksMost, seed: Math.floor(from.nowMs) })

/** What a rollout begun now would do; nothing happens to the Fleet. */
export const dryRun = Effect.fn("rollout.dryRun")(function* (principal: Principal, request: DryRunRequest) {
  // With many runners the instant takes a turn of the event loop by itself.
  yield* Effect.promise(Turns.turn)
  const from = yield* Effect.promise(yield* moment(principal, request))
  const { alias } = yield* Find.app(principal, request.app, request.env)
  return { app: alias, atMs: from.nowMs, ...(yield* forks(from, request)) }
})

import { RequestKind } from "@ebb/core/tables/RequestState"
import type { LedgerRow } from "@ebb/protocol/rest/Shapes"
import { Effect } from "effect"
import { Apps } from "../kernel/Apps.ts"
import { Kernel, type LiveFleet } from "../kernel/Kernel.ts"
import type { NamedApp } from "../kernel/LiveApp.ts"
import { RequestLedger } from "../store/LedgerStore.ts"
import * as Find from "./Find.ts"
import type { Principal } from "./Principal.ts"
import { type Refused, refuse } from "./Refused.ts"

interface LedgerQuery {
  readonly app?: string | undefined
  readonly env?: string | undefined
  readonly limit?: string | undefined
}

const limitDefault = 100
const limitMax = 10_000
const kindNames = {
  [RequestKind.direct]: "direct",
  [RequestKind.queued]: "queued",
  [RequestKind.realtime]: "realtime"
} as const

const openRows = ({ state, world }: LiveFleet, apps: ReadonlySet<NamedApp>): Array<LedgerRow> =>
  world.requests
    .all()
    .filter((live) => apps.has(live.app))
    .map((live) => ({
      number: live.number,
      requestId: live.id,
      app: live.app.name,
      env: live.app.env,
      kind: kindNames[live.kind],
      outcome: null,
      status: null,
      errorType: null,
      attempts: state.requests.all[live.slot]?.attempts ?? 0,
      submittedAtMs: live.submittedAtMs,
      settledAtMs: null
    }))

const limitOf = (given: string | undefined): Effect.Effect<number, Refused> => {
  const limit = given === undefined ? limitDefault : /^\d{1,9}$/.test(given) ? Number(given) : NaN
  if (limit >= 1 && limit <= limitMax) return Effect.succeed(limit)
  const shown = JSON.stringify((given ?? "").slice(0, 20))
  return Effect.fail(refuse("INVALID_ARGUMENT", `limit must be a whole number from 1 to ${limitMax}, got ${shown}`))
}

/** Requests without an outcome, newest first, then those that have one, last settled first. */
export const list = Effect.fn("requests.list")(function* (principal: Principal, query: LedgerQuery) {
  const one = query.app === undefined ? null : yield* Find.app(principal, query.app, query.env)
  const { all: present, former } = yield* Apps
  const all = [...present, ...former]
  const apps = one === null ? all.filter(({ team }) => team === principal.team) : [one]
  const limit = yield* limitOf(query.limit)
  const open = openRows(yield* Kernel, new Set(apps)).sort((a, b) => b.number - a.number)
  const settled = (yield* RequestLedger).newest(new Map(apps.map((app) => [app.id, app])), limit)
  return { requests: [...open, ...settled].slice(0, limit) }
})

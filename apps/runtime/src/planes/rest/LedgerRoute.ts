import { RequestKind } from "@ebb/core/tables/Request"
import type { LedgerRow } from "@ebb/protocol/rest/Shapes"
import { Effect } from "effect"
import * as Find from "../../control/Find.ts"
import type { Principal } from "../../control/Principal.ts"
import type { Sandbox } from "../../Sandbox.ts"
import type { LiveApp } from "../../kernel/LiveApp.ts"

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

const openRows = (sandbox: Sandbox, apps: ReadonlySet<LiveApp>): Array<LedgerRow> =>
  sandbox.world.requests
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
      attempts: sandbox.fleet.state.requests.all[live.slot]?.attempts ?? 0,
      submittedAtMs: live.submittedAtMs,
      settledAtMs: null
    }))

/** Requests without an outcome, newest first, then those that have one, last settled first. */
export const list = Effect.fn("requests.list")(function* (sandbox: Sandbox, principal: Principal, query: LedgerQuery) {
  const one = query.app === undefined ? null : yield* Find.app(sandbox, principal, query.app, query.env)
  const all = [...sandbox.apps.all, ...sandbox.apps.former]
  const apps = one === null ? all.filter(({ team }) => team === principal.team) : [one]
  const limit = Math.min(limitMax, Math.max(1, Number(query.limit ?? limitDefault) || limitDefault))
  const open = openRows(sandbox, new Set(apps)).sort((a, b) => b.number - a.number)
  const settled = sandbox.ledger.newest(new Map(apps.map((app) => [app.id, app])), limit)
  return { requests: [...open, ...settled].slice(0, limit) }
})

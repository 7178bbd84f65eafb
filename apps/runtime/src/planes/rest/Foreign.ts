import { Effect, Result } from "effect"
import type { Context, Hono } from "hono"
import { streamSSE } from "hono/streaming"
import * as AccountControl from "../../control/AccountControl.ts"
import * as AppControl from "../../control/AppControl.ts"
import * as Find from "../../control/Find.ts"
import { personalTeam, type Principal } from "../../control/Principal.ts"
import { notFound, type Refused } from "../../control/Refused.ts"
import * as RunnerControl from "../../control/RunnerControl.ts"
import type { Sandbox } from "../../Sandbox.ts"
import * as LogPage from "./LogPage.ts"
import { credentialsOf, refusal } from "./Router.ts"

type Handler = (principal: Principal, c: Context) => Effect.Effect<unknown, Refused>

/** The REST calls of the public Python command line, beside its gRPC ones; their shapes are that program's. */
export const add = (app: Hono, sandbox: Sandbox): void => {
  const route = (method: string, path: string, scope: "API" | "ADMIN", handler: Handler) =>
    app.on(method, path, async (c) => {
      const asked = Effect.flatMap(sandbox.authenticator.authorize(credentialsOf(c), scope, "this"), (principal) =>
        handler(principal, c)
      )
      const result = await Effect.runPromise(Effect.result(asked))
      if (Result.isFailure(result)) return refusal(result.failure)
      return result.success instanceof Response ? result.success : Response.json(result.success)
    })
  route("GET", "/users/current", "API", (principal) => Effect.succeed(currentUser(sandbox, principal)))
  route("GET", "/users/teams", "API", () => Effect.succeed(AccountControl.teams(sandbox).map(withLock)))
  queueRoutes(route, sandbox)
  route("GET", "/applications/metrics", "ADMIN", (principal) => metrics(sandbox, principal))
  logRoutes(route, sandbox)
}

const withLock = (team: object) => ({ ...team, lock_reason: null })

const currentUser = (sandbox: Sandbox, { team: name }: Principal) => {
  const team = sandbox.teams.find(name)
  const info = AccountControl.teamInfo(team ?? personalTeam)
  return { ...info, is_locked: false, lock_reason: null, is_paying: true, members: [] }
}

const unknownApp = () => notFound("Application not found")

const queueRoutes = (
  route: (method: string, path: string, scope: "API" | "ADMIN", handler: Handler) => unknown,
  sandbox: Sandbox
): void => {
  /** The app of that path, where the owner in it is the caller's team. */
  const place = ({ team }: Principal, c: Context): Effect.Effect<{ readonly app: string }, Refused> =>
    c.req.param("owner") === team ? Effect.succeed({ app: c.req.param("app") ?? "" }) : Effect.fail(unknownApp())
  route("GET", "/applications/:owner/:app/queue", "ADMIN", (principal, c) =>
    place(principal, c).pipe(
      Effect.flatMap((app) => AppControl.queueSize(sandbox, principal, app)),
      Effect.map(({ by_user, size }) => (c.req.query("by_user") === "true" ? { size, by_user } : { size })),
      Effect.mapError(unknownApp)
    )
  )
  route("DELETE", "/applications/:owner/:app/queue", "ADMIN", (principal, c) =>
    place(principal, c).pipe(
      Effect.flatMap((app) => AppControl.flushQueue(sandbox, principal, app, c.req.query("caller_user_id") ?? null)),
      Effect.map((flushed) => ({ flushed })),
      Effect.mapError(unknownApp)
    )
  )
}

const metrics = Effect.fn("metrics")(function* (sandbox: Sandbox, principal: Principal) {
  const all = yield* AppControl.gpus(sandbox, principal, {})
  const apps: Record<string, { gpu_count_by_type: Record<string, number> }> = {}
  for (const app of sandbox.apps.of(principal.team)) {
    const { gpus } = yield* AppControl.gpus(sandbox, principal, { app: app.alias })
    apps[`${app.team}/${app.alias}`] = { gpu_count_by_type: gpus }
  }
  return { summary: { total_gpu_by_type: all.gpus }, apps }
})

const pageSize = 1000

const logRoutes = (
  route: (method: string, path: string, scope: "API" | "ADMIN", handler: Handler) => unknown,
  sandbox: Sandbox
): void => {
  route("GET", "/runners/:runner", "ADMIN", (principal, c) =>
    Effect.map(RunnerControl.logs(sandbox, principal, c.req.param("runner") ?? "", {}), ({ endedAt, startedAt }) => ({
      started_at: startedAt,
      ended_at: endedAt
    }))
  )
  route("POST", "/logs/history", "ADMIN", (principal, c) => {
    const { job_id = "", search, since, until } = c.req.query()
    const filter = { search, since: since === "" ? undefined : since, until: until === "" ? undefined : until }
    return Effect.map(RunnerControl.logs(sandbox, principal, job_id, filter), ({ logs }) => {
      const { items, nextUntil } = LogPage.newest(logs, pageSize)
      return { items, next_until: nextUntil }
    })
  })
  route("POST", "/logs/stream", "ADMIN", (principal, c) =>
    Effect.map(Find.runner(sandbox, principal, c.req.query("job_id") ?? ""), (runner) => {
      const search = c.req.query("search") ?? ""
      return streamSSE(c, async (stream) => {
        const send = (line: object & { readonly message: string }) => {
          if (line.message.includes(search)) void stream.writeSSE({ data: JSON.stringify(line) })
        }
        const since = c.req.query("since") ?? ""
        for (const line of runner.logs.all()) if (line.timestamp >= since) send(line)
        const leave = runner.logs.follow(send)
        await new Promise<void>((resolve) => stream.onAbort(resolve))
        leave()
      })
    })
  )
}

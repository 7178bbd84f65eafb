import { Effect } from "effect"
import type { Context } from "hono"
import { streamSSE } from "hono/streaming"
import * as AccountControl from "../../control/AccountControl.ts"
import * as AppControl from "../../control/AppControl.ts"
import * as Find from "../../control/Find.ts"
import { personalTeam, type Principal } from "../../control/Principal.ts"
import { notFound, type Refused } from "../../control/Refused.ts"
import * as RunnerControl from "../../control/RunnerControl.ts"
import { Apps } from "../../kernel/Apps.ts"
import { Teams } from "../../store/TeamStore.ts"
import { limits } from "../../edge/Limits.ts"
import * as FileRoutes from "./FileRoutes.ts"
import * as LogPage from "./LogPage.ts"
import type { Router } from "./Router.ts"

/** The REST calls of the public Python command line, beside its gRPC ones; their shapes are that program's. */
export const add = (router: Router): void => {
  router.route("GET", "/users/current", "API", currentUser)
  router.route("GET", "/users/teams", "API", (principal) =>
    Effect.map(AccountControl.teamsOf(principal), (teams) => teams.map(withLock))
  )
  queueRoutes(router)
  FileRoutes.add(router)
  router.route("GET", "/applications/metrics", "ADMIN", metrics)
  router.route("GET", "/applications/:owner/:app/metadata", "API", (principal, c) =>
    Effect.flatMap(place(principal, c), ({ app }) => AppControl.metadata(principal, { app }))
  )
  logRoutes(router)
}

const withLock = (team: object) => ({ ...team, lock_reason: null })

const currentUser = ({ team: name }: Principal) =>
  Effect.map(Teams, (teams) => {
    const info = AccountControl.teamInfo(teams.find(name) ?? personalTeam)
    return { ...info, is_locked: false, lock_reason: null, is_paying: true, members: [] }
  })

/** The app of a path, where the owner in it is the caller's team. */
const place = ({ team }: Principal, c: Context): Effect.Effect<{ readonly app: string }, Refused> =>
  c.req.param("owner") === team
    ? Effect.succeed({ app: c.req.param("app") ?? "" })
    : Effect.fail(notFound(`Application '${c.req.param("app")}' not found`))

const queueRoutes = (router: Router): void => {
  router.route("GET", "/applications/:owner/:app/queue", "ADMIN", (principal, c) =>
    place(principal, c).pipe(
      Effect.flatMap((app) => AppControl.queueSize(principal, app)),
      Effect.map(({ by_user, size }) => (c.req.query("by_user") === "true" ? { size, by_user } : { size }))
    )
  )
  router.route("DELETE", "/applications/:owner/:app/queue", "ADMIN", (principal, c) =>
    place(principal, c).pipe(
      Effect.flatMap((app) => AppControl.flushQueue(principal, app, c.req.query("caller_user_id") ?? null)),
      Effect.map((flushed) => ({ flushed }))
    )
  )
}

const metrics = Effect.fn("metrics")(function* (principal: Principal) {
  const all = yield* AppControl.gpus(principal, {})
  const apps: Record<string, { gpu_count_by_type: Record<string, number> }> = {}
  for (const app of (yield* Apps).of(principal.team)) {
    const { gpus } = yield* AppControl.gpus(principal, { app: app.alias })
    apps[`${app.team}/${app.alias}`] = { gpu_count_by_type: gpus }
  }
  return { summary: { total_gpu_by_type: all.gpus }, apps }
})

const pageSize = 1000

const logRoutes = (router: Router): void => {
  router.route("GET", "/runners/:runner", "ADMIN", (principal, c) =>
    Effect.map(RunnerControl.logs(principal, c.req.param("runner") ?? "", {}), ({ endedAt, logs, startedAt }) => {
      // Clients ask for what was printed up to this moment: its last line is part of that.
      const last = logs.at(-1)?.timestamp ?? ""
      return { started_at: startedAt, ended_at: endedAt !== null && last > endedAt ? last : endedAt }
    })
  )
  router.route("POST", "/logs/history", "ADMIN", (principal, c) => {
    const { job_id = "", search, since, until } = c.req.query()
    const filter = { search, since: since === "" ? undefined : since, until: until === "" ? undefined : until }
    return Effect.map(RunnerControl.logs(principal, job_id, filter), ({ logs }) => {
      const { items, nextUntil } = LogPage.newest(logs, pageSize)
      return { items, next_until: nextUntil }
    })
  })
  router.route("POST", "/logs/stream", "ADMIN", (principal, c) =>
    Effect.map(Find.runner(principal, c.req.query("job_id") ?? ""), (runner) => {
      const search = c.req.query("search") ?? ""
      return streamSSE(c, async (stream) => {
        let waiting = 0
        let written = Promise.resolve()
        const send = (line: object & { readonly message: string }) => {
          if (!line.message.includes(search)) return
          // Who does not read is cut off: it can ask again from where it was.
          if (++waiting > limits.logLinesWaiting) return stream.abort()
          written = stream.writeSSE({ data: JSON.stringify(line) }).finally(() => waiting--)
        }
        const since = c.req.query("since") ?? ""
        for (const line of runner.logs.all()) if (line.timestamp >= since) send(line)
        if (runner.logs.isOver) return written
        await new Promise<void>((resolve) => {
          const leave = runner.logs.follow(send, resolve)
          stream.onAbort(() => {
            leave()
            resolve()
          })
        })
        await written
      })
    })
  )
}

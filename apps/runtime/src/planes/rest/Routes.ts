import * as Api from "@ebb/protocol/rest/Api"
import { version } from "@ebb/text/Version"
import { Effect } from "effect"
import type { Hono } from "hono"
import * as AccountControl from "../../control/AccountControl.ts"
import * as AppControl from "../../control/AppControl.ts"
import * as DeployControl from "../../control/DeployControl.ts"
import { asUser, personalTeam } from "../../control/Principal.ts"
import * as RolloutControl from "../../control/RolloutControl.ts"
import * as RunnerControl from "../../control/RunnerControl.ts"
import { activeRunners } from "../../control/Views.ts"
import type { Sandbox } from "../../Sandbox.ts"
import * as LedgerRoute from "./LedgerRoute.ts"
import { serve } from "./Router.ts"
import type { Links } from "./Session.ts"

/** The address and the end of the server that the routes are part of. */
export interface Host {
  readonly url: () => string
  readonly tlsUrl: () => string | null
  readonly down: () => void
  readonly links: Links
}

const done = { ok: true } as const
const ok = Effect.as(done)

/** All endpoints of the REST API, each thin over the control plane. */
export const add = (app: Hono, sandbox: Sandbox, host: Host): void => {
  appRoutes(app, sandbox)
  runnerRoutes(app, sandbox)
  rolloutRoutes(app, sandbox)
  accountRoutes(app, sandbox)
  sandboxRoutes(app, sandbox, host)
}

const appRoutes = (app: Hono, sandbox: Sandbox): void => {
  serve(app, sandbox, Api.listApps, ({ principal, query }) =>
    Effect.map(AppControl.list(sandbox, principal, query.env), (apps) => ({ apps }))
  )
  serve(app, sandbox, Api.deploy, ({ body, principal, query }) =>
    DeployControl.deploy(sandbox, principal, { ...body, env: query.env })
  )
  serve(app, sandbox, Api.listRevisions, ({ principal, query }) =>
    Effect.map(AppControl.revisions(sandbox, principal, query), (revisions) => ({ revisions }))
  )
  serve(app, sandbox, Api.deleteRevision, ({ params, principal }) =>
    ok(AppControl.removeRevision(sandbox, principal, params.revision))
  )
  serve(app, sandbox, Api.setRevision, ({ body, params, principal, query }) =>
    Effect.map(DeployControl.setRevision(sandbox, principal, { ...body, ...params, env: query.env }), (one) => ({
      app: one
    }))
  )
  serve(app, sandbox, Api.scale, ({ body, params, principal, query }) =>
    Effect.map(AppControl.scale(sandbox, principal, { ...params, env: query.env }, body), (one) => ({ app: one }))
  )
  serve(app, sandbox, Api.deleteApp, ({ params, principal, query }) =>
    AppControl.remove(sandbox, principal, { ...params, env: query.env })
  )
  serve(app, sandbox, Api.queueSize, ({ params, principal, query }) =>
    AppControl.queueSize(sandbox, principal, { ...params, env: query.env })
  )
  serve(app, sandbox, Api.flushQueue, ({ params, principal, query }) =>
    Effect.map(
      AppControl.flushQueue(sandbox, principal, { ...params, env: query.env }, query.callerUserId ?? null),
      (flushed) => ({ flushed })
    )
  )
  serve(app, sandbox, Api.gpus, ({ principal, query }) => AppControl.gpus(sandbox, principal, query))
  serve(app, sandbox, Api.faultApp, ({ body, params, principal, query }) =>
    ok(RunnerControl.faultApp(sandbox, principal, params.app, query.env, body))
  )
}

const runnerRoutes = (app: Hono, sandbox: Sandbox): void => {
  serve(app, sandbox, Api.appRunners, ({ params, principal, query }) =>
    Effect.map(RunnerControl.list(sandbox, principal, { ...query, ...params }), (runners) => ({ runners }))
  )
  serve(app, sandbox, Api.listRunners, ({ principal, query }) =>
    Effect.map(RunnerControl.list(sandbox, principal, query), (runners) => ({ runners }))
  )
  serve(app, sandbox, Api.stopRunner, ({ body, params, principal }) =>
    ok(RunnerControl.stop(sandbox, principal, params.runner, body.replaceFirst ?? false))
  )
  serve(app, sandbox, Api.killRunner, ({ params, principal }) =>
    ok(RunnerControl.kill(sandbox, principal, params.runner))
  )
  serve(app, sandbox, Api.faultRunner, ({ body, params, principal }) =>
    ok(RunnerControl.fault(sandbox, principal, params.runner, body))
  )
  serve(app, sandbox, Api.runnerLogs, ({ params, principal, query }) =>
    RunnerControl.logs(sandbox, principal, params.runner, query)
  )
}

const rolloutRoutes = (app: Hono, sandbox: Sandbox): void => {
  serve(app, sandbox, Api.rollout, ({ body, params, principal, query }) =>
    RolloutControl.rollout(sandbox, principal, { ...body, ...params, env: query.env })
  )
  serve(app, sandbox, Api.listRollouts, ({ principal, query }) =>
    Effect.map(RolloutControl.list(sandbox, principal, query), (rollouts) => ({ rollouts }))
  )
  serve(app, sandbox, Api.rolloutReport, ({ params, principal, query }) =>
    RolloutControl.report(sandbox, principal, params.rollout, query.wait === "finished")
  )
  serve(app, sandbox, Api.listRequests, ({ principal, query }) => LedgerRoute.list(sandbox, principal, query))
}

const accountRoutes = (app: Hono, sandbox: Sandbox): void => {
  serve(app, sandbox, Api.listSecrets, ({ principal, query }) =>
    Effect.map(AccountControl.secrets(sandbox, principal, query.env), (secrets) => ({ secrets }))
  )
  serve(app, sandbox, Api.setSecret, ({ body, params, principal, query }) => {
    const change = { ...params, env: query.env, value: body.value, isExposed: body.defaultExposed ?? null }
    return ok(AccountControl.setSecret(sandbox, principal, change))
  })
  serve(app, sandbox, Api.unsetSecret, ({ params, principal, query }) =>
    ok(AccountControl.setSecret(sandbox, principal, { ...params, env: query.env, value: null, isExposed: null }))
  )
  serve(app, sandbox, Api.listEnvironments, ({ principal }) =>
    Effect.succeed({ environments: AccountControl.environments(sandbox, principal) })
  )
  serve(app, sandbox, Api.createEnvironment, ({ body, principal }) =>
    Effect.map(
      AccountControl.createEnvironment(sandbox, principal, body.name, body.description ?? ""),
      (environment) => ({ environment })
    )
  )
  serve(app, sandbox, Api.deleteEnvironment, ({ params, principal }) =>
    ok(AccountControl.deleteEnvironment(sandbox, principal, params.name))
  )
  serve(app, sandbox, Api.listKeys, ({ principal }) =>
    Effect.succeed({ keys: AccountControl.keys(sandbox, principal) })
  )
  serve(app, sandbox, Api.createKey, ({ body, principal }) =>
    Effect.succeed(AccountControl.createKey(sandbox, principal.team, body.scope, body.description ?? ""))
  )
  serve(app, sandbox, Api.revokeKey, ({ params, principal }) =>
    ok(AccountControl.revokeKey(sandbox, principal, params.key))
  )
  serve(app, sandbox, Api.listTeams, () => Effect.succeed({ teams: AccountControl.teams(sandbox) }))
  serve(app, sandbox, Api.createTeam, ({ body }) => AccountControl.createTeam(sandbox, body.name))
}

const sandboxRoutes = (app: Hono, sandbox: Sandbox, host: Host): void => {
  serve(app, sandbox, Api.status, ({ principal }) =>
    Effect.sync(() => {
      const apps = sandbox.apps.of(principal.team)
      const runners = apps.reduce((sum, one) => sum + activeRunners(sandbox.fleet.state.apps[one.slot]!), 0)
      return {
        url: host.url(),
        grpc: new URL(host.url()).host,
        tlsUrl: host.tlsUrl(),
        pid: process.pid,
        data: sandbox.directory.path,
        version,
        speed: sandbox.world.clock.speed,
        apps: apps.length,
        runners,
        user: personalTeam.name,
        team: principal.team,
        key: { id: principal.keyId, scope: principal.scope }
      }
    })
  )
  serve(app, sandbox, Api.dashboardLink, ({ principal }) =>
    Effect.map(asUser(principal, "The dashboard"), () => ({ url: host.links.make(host.url()) }))
  )
  serve(app, sandbox, Api.down, () => Effect.as(Effect.sync(host.down), done))
}

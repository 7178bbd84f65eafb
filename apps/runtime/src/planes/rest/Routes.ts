import * as Api from "@ebb/protocol/rest/Api"
import { version } from "@ebb/text/Version"
import { Effect } from "effect"
import * as AccountControl from "../../control/AccountControl.ts"
import * as AppControl from "../../control/AppControl.ts"
import * as DeployControl from "../../control/DeployControl.ts"
import * as LedgerControl from "../../control/LedgerControl.ts"
import { asUser, personalTeam } from "../../control/Principal.ts"
import * as DryRuns from "../../control/DryRuns.ts"
import * as RolloutControl from "../../control/RolloutControl.ts"
import * as RunnerControl from "../../control/RunnerControl.ts"
import { activeRunners } from "../../control/Views.ts"
import { Apps } from "../../kernel/Apps.ts"
import { Kernel } from "../../kernel/Kernel.ts"
import { Directory } from "../../store/DataDirectory.ts"
import { faultViews } from "./EventViews.ts"
import type { Router } from "./Router.ts"
import type { Host } from "./Host.ts"

const done = { ok: true } as const
const ok = Effect.as(done)

/** All endpoints of the REST API, each thin over the control plane. */
export const add = (router: Router, host: Host): void => {
  appRoutes(router)
  runnerRoutes(router)
  rolloutRoutes(router)
  accountRoutes(router)
  sandboxRoutes(router, host)
}

const appRoutes = (router: Router): void => {
  router.serve(Api.listApps, ({ principal, query }) =>
    Effect.map(AppControl.list(principal, query.env), (apps) => ({ apps }))
  )
  router.serve(Api.deploy, ({ body, principal, query }) => DeployControl.deploy(principal, { ...body, env: query.env }))
  router.serve(Api.listRevisions, ({ principal, query }) =>
    Effect.map(AppControl.revisions(principal, query), (revisions) => ({ revisions }))
  )
  router.serve(Api.deleteRevision, ({ params, principal }) => ok(AppControl.removeRevision(principal, params.revision)))
  router.serve(Api.setRevision, ({ body, params, principal, query }) =>
    Effect.map(DeployControl.setRevision(principal, { ...body, ...params, env: query.env }), (one) => ({
      app: one
    }))
  )
  router.serve(Api.scale, ({ body, params, principal, query }) =>
    Effect.map(AppControl.scale(principal, { ...params, env: query.env }, body), (one) => ({ app: one }))
  )
  router.serve(Api.deleteApp, ({ params, principal, query }) =>
    AppControl.remove(principal, { ...params, env: query.env })
  )
  router.serve(Api.queueSize, ({ params, principal, query }) =>
    AppControl.queueSize(principal, { ...params, env: query.env })
  )
  router.serve(Api.flushQueue, ({ params, principal, query }) =>
    Effect.map(
      AppControl.flushQueue(principal, { ...params, env: query.env }, query.callerUserId ?? null),
      (flushed) => ({ flushed })
    )
  )
  router.serve(Api.gpus, ({ principal, query }) => AppControl.gpus(principal, query))
  router.serve(Api.faultApp, ({ body, params, principal, query }) =>
    ok(RunnerControl.faultApp(principal, params.app, query.env, body))
  )
  router.serve(Api.endFault, ({ params, principal, query }) =>
    ok(RunnerControl.endFault(principal, params.app, query.env, params.fault))
  )
}

const runnerRoutes = (router: Router): void => {
  router.serve(Api.appRunners, ({ params, principal, query }) =>
    Effect.map(RunnerControl.list(principal, { ...query, ...params }), (runners) => ({ runners }))
  )
  router.serve(Api.listRunners, ({ principal, query }) =>
    Effect.map(RunnerControl.list(principal, query), (runners) => ({ runners }))
  )
  router.serve(Api.stopRunner, ({ body, params, principal }) =>
    ok(RunnerControl.stop(principal, params.runner, body.replaceFirst ?? false))
  )
  router.serve(Api.killRunner, ({ params, principal }) => ok(RunnerControl.kill(principal, params.runner)))
  router.serve(Api.faultRunner, ({ body, params, principal }) =>
    ok(RunnerControl.fault(principal, params.runner, body))
  )
  router.serve(Api.runnerLogs, ({ params, principal, query }) => RunnerControl.logs(principal, params.runner, query))
}

const rolloutRoutes = (router: Router): void => {
  router.serve(Api.rollout, ({ body, params, principal, query }) =>
    RolloutControl.rollout(principal, { ...body, ...params, env: query.env })
  )
  router.serve(Api.dryRun, ({ body, params, principal, query }) =>
    DryRuns.dryRun(principal, { ...body, ...params, env: query.env })
  )
  router.serve(Api.listRollouts, ({ principal, query }) =>
    Effect.map(RolloutControl.list(principal, query), (rollouts) => ({ rollouts }))
  )
  router.serve(Api.rolloutReport, ({ params, principal, query }) =>
    RolloutControl.report(principal, params.rollout, query.wait === "finished")
  )
  router.serve(Api.listRequests, ({ principal, query }) => LedgerControl.list(principal, query))
}

const accountRoutes = (router: Router): void => {
  router.serve(Api.listSecrets, ({ principal, query }) =>
    Effect.map(AccountControl.secrets(principal, query.env), (secrets) => ({ secrets }))
  )
  router.serve(Api.setSecret, ({ body, params, principal, query }) => {
    const change = { ...params, env: query.env, value: body.value, isExposed: body.defaultExposed ?? null }
    return ok(AccountControl.setSecret(principal, change))
  })
  router.serve(Api.unsetSecret, ({ params, principal, query }) =>
    ok(AccountControl.setSecret(principal, { ...params, env: query.env, value: null, isExposed: null }))
  )
  router.serve(Api.listEnvironments, ({ principal }) =>
    Effect.map(AccountControl.environments(principal), (environments) => ({ environments }))
  )
  router.serve(Api.createEnvironment, ({ body, principal }) =>
    Effect.map(AccountControl.createEnvironment(principal, body.name, body.description ?? ""), (environment) => ({
      environment
    }))
  )
  router.serve(Api.deleteEnvironment, ({ params, principal }) =>
    ok(AccountControl.deleteEnvironment(principal, params.name))
  )
  router.serve(Api.listKeys, ({ principal }) => Effect.map(AccountControl.keys(principal), (keys) => ({ keys })))
  router.serve(Api.createKey, ({ body, principal }) =>
    AccountControl.createKey(principal.team, body.scope, body.description ?? "")
  )
  router.serve(Api.revokeKey, ({ params, principal }) => ok(AccountControl.revokeKey(principal, params.key)))
  router.serve(Api.listTeams, ({ principal }) =>
    Effect.andThen(
      asUser(principal, "The list of teams"),
      Effect.map(AccountControl.teams, (teams) => ({ teams }))
    )
  )
  router.serve(Api.createTeam, ({ body, principal }) =>
    Effect.andThen(asUser(principal, "Making a team"), AccountControl.createTeam(body.name))
  )
}

const sandboxRoutes = (router: Router, host: Host): void => {
  router.serve(
    Api.status,
    Effect.fnUntraced(function* ({ principal }) {
      const { state, world } = yield* Kernel
      const apps = (yield* Apps).of(principal.team)
      return {
        url: host.addresses.url,
        grpc: new URL(host.addresses.url).host,
        tlsUrl: host.addresses.tlsUrl,
        pid: process.pid,
        data: (yield* Directory).path,
        version,
        speed: world.clock.speed,
        apps: apps.length,
        runners: apps.reduce((sum, one) => sum + activeRunners(state.apps[one.slot]!), 0),
        faults: apps.flatMap((one) => faultViews(one, world).map((fault) => ({ app: one.alias, ...fault }))),
        user: personalTeam.name,
        team: principal.team,
        key: { id: principal.keyId, scope: principal.scope }
      }
    })
  )
  router.serve(Api.dashboardLink, ({ principal }) =>
    Effect.map(asUser(principal, "The dashboard"), () => ({ url: host.links.make(host.addresses.url) }))
  )
  router.serve(Api.down, ({ principal }) =>
    Effect.map(asUser(principal, "The end of the sandbox"), () => {
      host.down()
      return done
    })
  )
}

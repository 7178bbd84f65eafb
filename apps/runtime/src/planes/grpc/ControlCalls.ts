import { Effect, Layer } from "effect"
import * as AccountControl from "../../control/AccountControl.ts"
import * as AppControl from "../../control/AppControl.ts"
import { Authentication } from "../../control/Authenticator.ts"
import type { Control } from "../../control/Control.ts"
import * as DeployControl from "../../control/DeployControl.ts"
import * as RolloutControl from "../../control/RolloutControl.ts"
import * as RunnerControl from "../../control/RunnerControl.ts"
import { GrpcControl } from "./GrpcControl.ts"

/** The control plane as gRPC calls it; the REST routes call the same functions. */
export const layer = Layer.effect(
  GrpcControl,
  Effect.gen(function* () {
    const authenticator = yield* Authentication
    const context = yield* Effect.context<Control>()
    const given = Effect.provideContext(context)
    return {
      authorize: (credentials, what) => authenticator.authorize(credentials, "ADMIN", what),
      apps: {
        rollout: (principal, request) => given(RolloutControl.rollout(principal, request)),
        list: (principal, env) => given(AppControl.list(principal, env)),
        scale: (principal, place, patch) => given(AppControl.scale(principal, place, patch)),
        remove: (principal, place) => given(AppControl.remove(principal, place))
      },
      revisions: {
        list: (principal, filter) => given(AppControl.revisions(principal, filter)),
        set: (principal, request) => given(DeployControl.setRevision(principal, request)),
        remove: (principal, revision) => given(AppControl.removeRevision(principal, revision)),
        build: (principal, request) => given(DeployControl.build(principal, request)),
        deploy: (principal, request) => given(DeployControl.deploy(principal, request))
      },
      runners: {
        list: (principal, filter) => given(RunnerControl.list(principal, filter)),
        stop: (principal, runner, replaceFirst) => given(RunnerControl.stop(principal, runner, replaceFirst)),
        kill: (principal, runner) => given(RunnerControl.kill(principal, runner)),
        shell: (principal, request) => given(RunnerControl.shell(principal, request))
      },
      secrets: {
        list: (principal, env) => given(AccountControl.secrets(principal, env)),
        set: (principal, change) => given(AccountControl.setSecret(principal, change))
      },
      environments: {
        list: (principal) => given(AccountControl.environments(principal)),
        create: (principal, name, description) => given(AccountControl.createEnvironment(principal, name, description)),
        remove: (principal, name) => given(AccountControl.deleteEnvironment(principal, name))
      },
      keys: {
        list: (principal) => given(AccountControl.keys(principal)),
        create: ({ team }, scope, description) => given(AccountControl.createKey(team, scope, description)),
        revoke: (principal, id) => given(AccountControl.revokeKey(principal, id))
      }
    }
  })
)

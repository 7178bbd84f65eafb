import { Effect } from "effect"
import type { GrpcControl } from "../planes/grpc/GrpcControl.ts"
import type { Sandbox } from "../Sandbox.ts"
import * as AccountControl from "./AccountControl.ts"
import * as AppControl from "./AppControl.ts"
import * as DeployControl from "./DeployControl.ts"
import * as RolloutControl from "./RolloutControl.ts"
import * as RunnerControl from "./RunnerControl.ts"

/** The control plane as the gRPC door calls it; the REST routes call the same functions. */
export const make = (sandbox: Sandbox): GrpcControl => ({
  authorize: (credentials, what) => sandbox.authenticator.authorize(credentials, "ADMIN", what),
  rollout: (principal, request) => RolloutControl.rollout(sandbox, principal, request),
  listApps: (principal, env) => AppControl.list(sandbox, principal, env),
  listRevisions: (principal, filter) => AppControl.revisions(sandbox, principal, filter),
  scale: (principal, place, patch) => AppControl.scale(sandbox, principal, place, patch),
  setRevision: (principal, request) => DeployControl.setRevision(sandbox, principal, request),
  deleteApp: (principal, place) => AppControl.remove(sandbox, principal, place),
  deleteRevision: (principal, revision) => AppControl.removeRevision(sandbox, principal, revision),
  deploy: (principal, request) => DeployControl.deploy(sandbox, principal, request),
  listRunners: (principal, filter) => RunnerControl.list(sandbox, principal, filter),
  stopRunner: (principal, runner, replaceFirst) => RunnerControl.stop(sandbox, principal, runner, replaceFirst),
  killRunner: (principal, runner) => RunnerControl.kill(sandbox, principal, runner),
  shell: (principal, request) => RunnerControl.shell(sandbox, principal, request),
  setSecret: (principal, change) => AccountControl.setSecret(sandbox, principal, change),
  listSecrets: (principal, env) => AccountControl.secrets(sandbox, principal, env),
  listEnvironments: (principal) => Effect.succeed(AccountControl.environments(sandbox, principal)),
  createEnvironment: (principal, name, description) =>
    AccountControl.createEnvironment(sandbox, principal, name, description),
  deleteEnvironment: (principal, name) => AccountControl.deleteEnvironment(sandbox, principal, name),
  listKeys: (principal) => Effect.succeed(AccountControl.keys(sandbox, principal)),
  createKey: ({ team }, scope, description) =>
    Effect.succeed(AccountControl.createKey(sandbox, team, scope, description)),
  revokeKey: (principal, id) => AccountControl.revokeKey(sandbox, principal, id)
})

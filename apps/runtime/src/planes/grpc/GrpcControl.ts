import type {
  AppInfo,
  EnvironmentInfo,
  KeyInfo,
  NewKey,
  RevisionInfo,
  RunnerInfo,
  ScalePatch,
  SecretInfo
} from "@ebb/protocol/rest/Shapes"
import type { Effect } from "effect"
import type { SecretChange } from "../../control/AccountControl.ts"
import type { Deployed, DeployRequest, RevisionRequest } from "../../control/DeployControl.ts"
import type { Credentials, Principal } from "../../control/Principal.ts"
import type { Refused } from "../../control/Refused.ts"
import type { RolloutRequest } from "../../control/RolloutControl.ts"
import type { RunnerFilter, ShellRequest } from "../../control/RunnerControl.ts"
import type { ShellSession } from "../../kernel/Shell.ts"
import type { Scope } from "../../store/KeyStore.ts"

/** An app as the client names it: with its suffix, and the environment where the field is there. */
export interface Place {
  readonly app: string
  readonly env?: string | undefined
}

type Answer<A> = Effect.Effect<A, Refused>

/** What the gRPC door needs of the control plane. */
export interface GrpcControl {
  /** Who asks, if that one may do what needs an ADMIN key; `what` names it in the refusal. */
  readonly authorize: (credentials: Credentials, what: string) => Answer<Principal>
  readonly rollout: (principal: Principal, request: RolloutRequest) => Answer<unknown>
  readonly listApps: (principal: Principal, env: string | undefined) => Answer<ReadonlyArray<AppInfo>>
  readonly listRevisions: (principal: Principal, filter: Partial<Place>) => Answer<ReadonlyArray<RevisionInfo>>
  readonly scale: (principal: Principal, place: Place, patch: ScalePatch) => Answer<AppInfo>
  readonly setRevision: (principal: Principal, request: RevisionRequest) => Answer<AppInfo>
  readonly deleteApp: (principal: Principal, place: Place) => Answer<{ readonly revision: string }>
  readonly deleteRevision: (principal: Principal, revision: string) => Answer<unknown>
  readonly deploy: (principal: Principal, request: DeployRequest) => Answer<Deployed>
  readonly listRunners: (principal: Principal, filter: RunnerFilter) => Answer<ReadonlyArray<RunnerInfo>>
  readonly stopRunner: (principal: Principal, runner: string, replaceFirst: boolean) => Answer<unknown>
  readonly killRunner: (principal: Principal, runner: string) => Answer<unknown>
  readonly shell: (principal: Principal, request: ShellRequest) => Answer<ShellSession>
  readonly setSecret: (principal: Principal, change: SecretChange) => Answer<unknown>
  readonly listSecrets: (principal: Principal, env: string | undefined) => Answer<ReadonlyArray<SecretInfo>>
  readonly listEnvironments: (principal: Principal) => Answer<ReadonlyArray<EnvironmentInfo>>
  readonly createEnvironment: (principal: Principal, name: string, description: string) => Answer<EnvironmentInfo>
  readonly deleteEnvironment: (principal: Principal, name: string) => Answer<unknown>
  readonly listKeys: (principal: Principal) => Answer<ReadonlyArray<KeyInfo>>
  readonly createKey: (principal: Principal, scope: Scope, description: string) => Answer<NewKey>
  readonly revokeKey: (principal: Principal, id: string) => Answer<unknown>
}

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
import { Context, type Effect } from "effect"
import type { SecretChange } from "../../control/AccountControl.ts"
import type { BuildRequest, Deployed, DeployRequest, RevisionRequest } from "../../control/DeployControl.ts"
import type { Credentials, Principal } from "../../control/Principal.ts"
import type { Refused } from "../../control/Refused.ts"
import type { RolloutRequest } from "../../control/RolloutControl.ts"
import type { RunnerFilter, ShellRequest } from "../../control/RunnerControl.ts"
import type { ShellSession } from "../../kernel/ShellSession.ts"
import type { Scope } from "../../store/KeyStore.ts"

/** An app as the client names it: with its suffix, and the environment where the field is there. */
export interface Place {
  readonly app: string
  readonly env?: string | undefined
}

type Answer<A> = Effect.Effect<A, Refused>

export interface AppCalls {
  readonly rollout: (principal: Principal, request: RolloutRequest) => Answer<unknown>
  readonly list: (principal: Principal, env: string | undefined) => Answer<ReadonlyArray<AppInfo>>
  readonly scale: (principal: Principal, place: Place, patch: ScalePatch) => Answer<AppInfo>
  readonly remove: (principal: Principal, place: Place) => Answer<{ readonly revision: string }>
}

export interface RevisionCalls {
  readonly list: (principal: Principal, filter: Partial<Place>) => Answer<ReadonlyArray<RevisionInfo>>
  readonly set: (principal: Principal, request: RevisionRequest) => Answer<AppInfo>
  readonly remove: (principal: Principal, revision: string) => Answer<unknown>
  /** What a build needs: its environment, and the files that it brings. */
  readonly build: (principal: Principal, request: BuildRequest) => Answer<unknown>
  readonly deploy: (principal: Principal, request: DeployRequest) => Answer<Deployed>
}

export interface RunnerCalls {
  readonly list: (principal: Principal, filter: RunnerFilter) => Answer<ReadonlyArray<RunnerInfo>>
  readonly stop: (principal: Principal, runner: string, replaceFirst: boolean) => Answer<unknown>
  readonly kill: (principal: Principal, runner: string) => Answer<unknown>
  readonly shell: (principal: Principal, request: ShellRequest) => Answer<ShellSession>
}

export interface SecretCalls {
  readonly list: (principal: Principal, env: string | undefined) => Answer<ReadonlyArray<SecretInfo>>
  readonly set: (principal: Principal, change: SecretChange) => Answer<unknown>
}

export interface EnvironmentCalls {
  readonly list: (principal: Principal) => Answer<ReadonlyArray<EnvironmentInfo>>
  readonly create: (principal: Principal, name: string, description: string) => Answer<EnvironmentInfo>
  readonly remove: (principal: Principal, name: string) => Answer<unknown>
}

export interface KeyCalls {
  readonly list: (principal: Principal) => Answer<ReadonlyArray<KeyInfo>>
  readonly create: (principal: Principal, scope: Scope, description: string) => Answer<NewKey>
  readonly revoke: (principal: Principal, id: string) => Answer<unknown>
}

/** What gRPC needs of the control plane. */
export interface ControlCalls {
  /** Who asks, if that one may do what needs an ADMIN key; `what` names it in the refusal. */
  readonly authorize: (credentials: Credentials, what: string) => Answer<Principal>
  readonly apps: AppCalls
  readonly revisions: RevisionCalls
  readonly runners: RunnerCalls
  readonly secrets: SecretCalls
  readonly environments: EnvironmentCalls
  readonly keys: KeyCalls
}

export class GrpcControl extends Context.Service<GrpcControl, ControlCalls>()("@ebb/runtime/planes/grpc/GrpcControl") {}

import { HostedRunStatus_State as BuildState, IsolateController } from "@ebb/protocol/gen/controller_pb"
import { CreateUserKeyRequest_Scope as Scope } from "@ebb/protocol/gen/controller_pb"
import type { Implementation } from "@ebb/protocol/Grpc"
import { Effect } from "effect"
import type { RunnerInfo } from "@ebb/protocol/rest/Shapes"
import { refuse } from "../../control/Refused.ts"
import { type Handlers, notOffered, notOfferedText } from "./GrpcCall.ts"
import type { ControlCalls } from "./GrpcControl.ts"
import * as Messages from "./GrpcMessages.ts"
import { appFile, deployRequest } from "./Registration.ts"
import { shellCall } from "./ShellCall.ts"

const { method } = IsolateController
const nothing = Effect.as({})
type Part<Name extends keyof typeof method> = Pick<Implementation<typeof IsolateController>, Name>

const apps = (control: ControlCalls, on: Handlers) =>
  ({
    rolloutApplication: on.unary(
      method.rolloutApplication,
      "rollout",
      (who, { applicationName, environmentName, force }) =>
        nothing(control.apps.rollout(who, { app: applicationName, env: environmentName, force }))
    ),
    listAliases: on.unary(method.listAliases, "apps list", (who, { environmentName }) =>
      Effect.map(control.apps.list(who, environmentName), (all) => ({ aliases: all.map(Messages.aliasInfo) }))
    ),
    updateApplication: on.unary(method.updateApplication, "scale", (who, request) => {
      const place = { app: request.applicationName, env: request.environmentName }
      const scaled = control.apps.scale(who, place, Messages.scalePatch(request))
      return Effect.map(scaled, (app) => ({ aliasInfo: Messages.aliasInfo(app) }))
    }),
    deleteAlias: on.unary(method.deleteAlias, "apps delete", (who, { alias, environmentName }) =>
      Effect.map(control.apps.remove(who, { app: alias, env: environmentName }), ({ revision }) => ({ revision }))
    )
  }) satisfies Part<"rolloutApplication" | "listAliases" | "updateApplication" | "deleteAlias">

/**
 * A deploy of an app by its entry point first has the app tell of itself, by a run that returns a pickled dictionary: an
 * empty one, as the code is not run.
 */
const noMetadata = { method: "pickle", definition: Uint8Array.of(0x80, 0x02, 0x7d, 0x2e) }

const revisions = (control: ControlCalls, on: Handlers) =>
  ({
    listApplications: on.unary(
      method.listApplications,
      "apps list-rev",
      (who, { applicationName, environmentName }) => {
        const filter = { ...(applicationName === undefined ? {} : { app: applicationName }), env: environmentName }
        const found = control.revisions.list(who, filter)
        return Effect.map(found, (all) => ({ applications: all.map(Messages.applicationInfo) }))
      }
    ),
    setAlias: on.unary(method.setAlias, "apps set-rev", (who, request) => {
      const { alias: app, authMode, deploymentStrategy, environmentName: env, revision } = request
      const auth = Messages.authModeOf(authMode)
      const strategy = Messages.strategyOf(deploymentStrategy)
      const set = control.revisions.set(who, { app, env, revision, auth, strategy })
      return Effect.map(set, (info) => ({ aliasInfo: Messages.aliasInfo(info) }))
    }),
    deleteApplication: on.unary(method.deleteApplication, "apps delete-rev", (who, { applicationId }) =>
      nothing(control.revisions.remove(who, applicationId))
    ),
    buildEnvironment: on.stream(method.buildEnvironment, "deploy", (who, { environmentName, files }) =>
      // A deploy to an environment that is not there must not look as if its build had gone well.
      Effect.map(control.revisions.build(who, { env: environmentName, files: files.map(appFile) }), () => ({
        envId: crypto.randomUUID(),
        status: { state: BuildState.SUCCESS }
      }))
    ),
    registerApplication: on.stream(method.registerApplication, "deploy", (who, request, host) => {
      if (request.applicationName === undefined || request.applicationName === "") {
        return Effect.fail(refuse("INVALID_ARGUMENT", "application_name must be given"))
      }
      return Effect.map(control.revisions.deploy(who, deployRequest(request)), ({ app, revision }) => ({
        result: { applicationId: revision },
        serviceUrls: Messages.serviceUrls(on.addressOf(host), who.team, app.alias)
      }))
    }),
    run: on.stream(method.run, "run", (_, { code }) =>
      code.case === "entrypoint" && code.value.endsWith(".build_metadata")
        ? Effect.succeed({ runId: crypto.randomUUID(), status: { state: BuildState.SUCCESS }, returnValue: noMetadata })
        : Effect.fail(refuse("UNIMPLEMENTED", notOfferedText("Run")))
    ),
    map: notOffered("Map"),
    interactiveRun: notOffered("InteractiveRun")
  }) satisfies Part<
    | ("listApplications" | "setAlias" | "deleteApplication" | "buildEnvironment" | "registerApplication")
    | ("run" | "map" | "interactiveRun")
  >

const runnersOf = (all: ReadonlyArray<RunnerInfo>) => ({ runners: all.map(Messages.runnerInfo) })

const runners = (control: ControlCalls, on: Handlers) =>
  ({
    listAliasRunners: on.list(
      method.listAliasRunners,
      "apps runners",
      (who, { alias, environmentName, startTime }) =>
        Effect.flatMap(Messages.since(startTime), (since) =>
          control.runners.list(who, { app: alias, env: environmentName, since })
        ),
      runnersOf
    ),
    listRunners: on.list(
      method.listRunners,
      "runners list",
      (who, { startTime }) =>
        Effect.flatMap(Messages.since(startTime), (since) => control.runners.list(who, { since })),
      runnersOf
    ),
    stopRunner: on.unary(method.stopRunner, "runners stop", (who, { replaceFirst, runnerId }) =>
      nothing(control.runners.stop(who, runnerId, replaceFirst))
    ),
    killRunner: on.unary(method.killRunner, "runners kill", (who, { runnerId }) =>
      nothing(control.runners.kill(who, runnerId))
    ),
    shellRunner: on.named(method.shellRunner, "runners shell", shellCall(control, on))
  }) satisfies Part<"listAliasRunners" | "listRunners" | "stopRunner" | "killRunner" | "shellRunner">

const settings = (control: ControlCalls, on: Handlers) =>
  ({
    setSecret: on.unary(method.setSecret, "secrets set", (who, { defaultExposed, environmentName, name, value }) =>
      nothing(
        control.secrets.set(who, {
          name,
          env: environmentName,
          value: value ?? null,
          isExposed: defaultExposed ?? null
        })
      )
    ),
    listSecrets: on.unary(method.listSecrets, "secrets list", (who, { environmentName }) =>
      Effect.map(control.secrets.list(who, environmentName), (all) => ({ secrets: all.map(Messages.secret) }))
    ),
    listEnvironments: on.unary(method.listEnvironments, "environments list", (who) =>
      Effect.map(control.environments.list(who), (all) => ({ environments: all.map(Messages.environmentInfo) }))
    ),
    createEnvironment: on.unary(method.createEnvironment, "environments create", (who, { description, name }) =>
      Effect.map(control.environments.create(who, name, description ?? ""), (made) => ({
        environment: Messages.environmentInfo(made)
      }))
    ),
    deleteEnvironment: on.unary(method.deleteEnvironment, "environments delete", (who, { name }) =>
      nothing(control.environments.remove(who, name))
    )
  }) satisfies Part<"setSecret" | "listSecrets" | "listEnvironments" | "createEnvironment" | "deleteEnvironment">

const keys = (control: ControlCalls, on: Handlers) =>
  ({
    createUserKey: on.unary(method.createUserKey, "keys create", (who, { alias, scope }) => {
      const made = control.keys.create(who, scope === Scope.ADMIN ? "ADMIN" : "API", alias ?? "")
      return Effect.map(made, (key) => ({ keyId: key.key_id, keySecret: key.key_secret }))
    }),
    listUserKeys: on.unary(method.listUserKeys, "keys list", (who) =>
      Effect.map(control.keys.list(who), (all) => ({ userKeys: all.map(Messages.userKeyInfo) }))
    ),
    revokeUserKey: on.unary(method.revokeUserKey, "keys revoke", (who, { keyId }) =>
      nothing(control.keys.revoke(who, keyId))
    )
  }) satisfies Part<"createUserKey" | "listUserKeys" | "revokeUserKey">

/** Every method of the service, each thin over the control plane. */
export const handlers = (control: ControlCalls, on: Handlers): Implementation<typeof IsolateController> => ({
  ...apps(control, on),
  ...revisions(control, on),
  ...runners(control, on),
  ...settings(control, on),
  ...keys(control, on)
})

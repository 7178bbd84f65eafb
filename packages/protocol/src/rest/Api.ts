import { RolloutReport } from "@ebb/core/domain/RolloutReport"
import { Schema } from "effect"
import { del, get, patch, post, put } from "./Endpoint.ts"
import * as Shapes from "./Shapes.ts"

const { Array: List, Boolean, Finite, Int, NullOr, String, Struct, optionalKey } = Schema

const env = { env: optionalKey(String) }
const inEnv = Struct(env)
const since = Struct({ ...env, since: optionalKey(String) })

export const status = get("/v1/status", {
  summary: "Where the sandbox is, what is in it and whose key this is",
  scope: "API",
  answer: Shapes.Status
})

export const listApps = get("/v1/apps", {
  summary: "The apps of the team; of one environment with `env`",
  scope: "ADMIN",
  query: inEnv,
  answer: Struct({ apps: List(Shapes.AppInfo) })
})

export const deploy = post("/v1/apps", {
  summary: "Deploy a spec as an app's next revision, or its first",
  scope: "ADMIN",
  query: inEnv,
  body: Struct({
    /** The YAML or JSON of a spec; the paths of a runner's command start in `folder`. */
    spec: String,
    /** The texts of the files that the spec draws from, by their path in it: none is read where the sandbox is. */
    files: optionalKey(Schema.Record(String, String)),
    /** How its messages call it. */
    file: optionalKey(String),
    folder: optionalKey(String),
    name: optionalKey(String),
    auth: optionalKey(Shapes.AuthMode),
    strategy: optionalKey(Shapes.DeployStrategy),
    detached: optionalKey(Boolean),
    resetScale: optionalKey(Boolean),
    message: optionalKey(String),
    annotations: optionalKey(Schema.Record(String, String))
  }),
  answer: Struct({
    app: Shapes.AppInfo,
    revision: String,
    status: Schema.Literals(["deployed", "rolling_out"]),
    /** A runner of it serves: of a first revision, and with `recreate` or `detached`, nobody has waited for that. Older sandboxes do not say. */
    isVerified: optionalKey(Boolean)
  })
})

export const listRevisions = get("/v1/revisions", {
  summary: "The revisions of the team, of one app with `app`, newest first",
  scope: "ADMIN",
  query: Struct({ ...env, app: optionalKey(String) }),
  answer: Struct({ revisions: List(Shapes.RevisionInfo) })
})

export const deleteRevision = del("/v1/revisions/:revision", {
  summary: "Delete a revision that no app is set to",
  scope: "ADMIN",
  answer: Shapes.Done
})

export const setRevision = put("/v1/apps/:app/revision", {
  summary: "Point an app at a revision that it had before",
  scope: "ADMIN",
  query: inEnv,
  body: Struct({
    revision: String,
    auth: optionalKey(Shapes.AuthMode),
    strategy: optionalKey(Shapes.DeployStrategy)
  }),
  answer: Struct({ app: Shapes.AppInfo })
})

export const scale = patch("/v1/apps/:app/scaling", {
  summary: "Change an app's settings in force, all given or none",
  scope: "ADMIN",
  query: inEnv,
  body: Shapes.ScalePatch,
  answer: Struct({ app: Shapes.AppInfo })
})

export const rollout = post("/v1/apps/:app/rollouts", {
  summary: "Restart every active runner of an app, gracefully or by force",
  scope: "ADMIN",
  query: inEnv,
  body: Shapes.RolloutCommand,
  answer: Shapes.RolloutSummary
})

export const dryRun = post("/v1/apps/:app/rollouts/dry-run", {
  summary: "What a rollout begun now would do to the requests in flight, each way or one; nothing is rolled out",
  scope: "ADMIN",
  query: inEnv,
  body: Shapes.DryRunCommand,
  answer: Shapes.DryRun
})

export const deleteApp = del("/v1/apps/:app", {
  summary: "Delete an app; its runners are stopped gracefully",
  scope: "ADMIN",
  query: inEnv,
  answer: Struct({ alias: String, revision: NullOr(String) })
})

export const faultApp = post("/v1/apps/:app/faults", {
  summary: "Make every later start or teardown of an app fail, or its front door",
  scope: "ADMIN",
  query: inEnv,
  body: Shapes.Fault,
  answer: Shapes.Done
})

export const endFault = del("/v1/apps/:app/faults/:fault", {
  summary: "End a fault of an app before its time",
  scope: "ADMIN",
  query: inEnv,
  answer: Shapes.Done
})

export const appRunners = get("/v1/apps/:app/runners", {
  summary: "The runners of an app; with `since` (ISO time) those ended since then too",
  scope: "ADMIN",
  query: since,
  answer: Struct({ runners: List(Shapes.RunnerInfo) })
})

export const listRunners = get("/v1/runners", {
  summary: "The runners of the team; with `since` (ISO time) those ended since then too",
  scope: "ADMIN",
  query: since,
  answer: Struct({ runners: List(Shapes.RunnerInfo) })
})

export const stopRunner = post("/v1/runners/:runner/stop", {
  summary: "Stop a runner gracefully, with `replaceFirst` once its replacement serves",
  scope: "ADMIN",
  body: Struct({ replaceFirst: optionalKey(Boolean) }),
  answer: Shapes.Done
})

export const killRunner = post("/v1/runners/:runner/kill", {
  summary: "Kill a runner, its requests with it",
  scope: "ADMIN",
  answer: Shapes.Done
})

export const faultRunner = post("/v1/runners/:runner/faults", {
  summary: "Make a runner crash, hang or be slow",
  scope: "ADMIN",
  body: Shapes.Fault,
  answer: Shapes.Done
})

export const runnerLogs = get("/v1/runners/:runner/logs", {
  summary: "What a runner has printed, oldest first; `since` and `until` are ISO times",
  scope: "ADMIN",
  query: Struct({ since: optionalKey(String), until: optionalKey(String), search: optionalKey(String) }),
  answer: Struct({ startedAt: NullOr(String), endedAt: NullOr(String), logs: List(Shapes.LogLine) })
})

export const listRollouts = get("/v1/rollouts", {
  summary: "The rollouts of the team, newest first; of one app with `app`",
  scope: "ADMIN",
  query: Struct({ ...env, app: optionalKey(String) }),
  answer: Struct({ rollouts: List(Shapes.RolloutSummary) })
})

export const rolloutReport = get("/v1/rollouts/:rollout", {
  summary: "What a rollout did; `last` is the newest. `wait=finished` answers when it is over",
  scope: "ADMIN",
  query: Struct({ wait: optionalKey(Schema.Literal("finished")) }),
  answer: RolloutReport
})

export const listRequests = get("/v1/requests", {
  summary: "The ledger: newest requests first, at most `limit`",
  scope: "ADMIN",
  query: Struct({ ...env, app: optionalKey(String), limit: optionalKey(String) }),
  answer: Struct({ requests: List(Shapes.LedgerRow) })
})

export const queueSize = get("/v1/apps/:app/queue", {
  summary: "How many queued requests wait, retry back-off included",
  scope: "ADMIN",
  query: inEnv,
  answer: Struct({ size: Int, by_user: Schema.Record(String, Int) })
})

export const flushQueue = del("/v1/apps/:app/queue", {
  summary: "Cancel all waiting queued requests",
  scope: "ADMIN",
  query: Struct({ ...env, callerUserId: optionalKey(String) }),
  answer: Struct({ flushed: Int })
})

export const gpus = get("/v1/gpus", {
  summary: "GPUs in use by type, of the team or of one app with `app`",
  scope: "ADMIN",
  query: Struct({ ...env, app: optionalKey(String) }),
  answer: Struct({ gpus: Schema.Record(String, Finite), total: Finite })
})

export const listSecrets = get("/v1/secrets", {
  summary: "Names of secrets; values are never shown",
  scope: "ADMIN",
  query: inEnv,
  answer: Struct({ secrets: List(Shapes.SecretInfo) })
})

export const setSecret = put("/v1/secrets/:name", {
  summary: "Set a secret: runners started from now on see it",
  scope: "ADMIN",
  query: inEnv,
  body: Struct({ value: String, defaultExposed: optionalKey(Boolean) }),
  answer: Shapes.Done
})

export const unsetSecret = del("/v1/secrets/:name", {
  summary: "Remove a secret",
  scope: "ADMIN",
  query: inEnv,
  answer: Shapes.Done
})

export const listEnvironments = get("/v1/environments", {
  summary: "The environments of the team",
  scope: "ADMIN",
  answer: Struct({ environments: List(Shapes.EnvironmentInfo) })
})

export const createEnvironment = post("/v1/environments", {
  summary: "Make an environment",
  scope: "ADMIN",
  body: Struct({ name: String, description: optionalKey(String) }),
  answer: Struct({ environment: Shapes.EnvironmentInfo })
})

export const deleteEnvironment = del("/v1/environments/:name", {
  summary: "Delete an environment with its apps and secrets",
  scope: "ADMIN",
  answer: Shapes.Done
})

export const listKeys = get("/v1/keys", {
  summary: "The keys of the team, without their secrets",
  scope: "ADMIN",
  answer: Struct({ keys: List(Shapes.KeyInfo) })
})

export const createKey = post("/v1/keys", {
  summary: "Make a key: the only time its secret is shown",
  scope: "ADMIN",
  body: Struct({ scope: Shapes.KeyScope, description: optionalKey(String) }),
  answer: Shapes.NewKey
})

export const revokeKey = del("/v1/keys/:key", { summary: "Revoke a key", scope: "ADMIN", answer: Shapes.Done })

export const listTeams = get("/v1/teams", {
  summary: "The teams of the user",
  scope: "ADMIN",
  answer: Struct({ teams: List(Shapes.TeamInfo) })
})

export const createTeam = post("/v1/teams", {
  summary: "Make a team and an ADMIN key of it",
  scope: "ADMIN",
  body: Struct({ name: String }),
  answer: Struct({ team: Shapes.TeamInfo, key: Shapes.NewKey })
})

export const dashboardLink = post("/v1/dashboard", {
  summary: "A fresh one-time link that signs a browser in",
  scope: "ADMIN",
  answer: Struct({ url: String })
})

export const down = post("/v1/down", {
  summary: "Stop the sandbox: no new requests, drain, then out",
  scope: "ADMIN",
  answer: Shapes.Done
})

import { RolloutOrder, RolloutWay } from "@ebb/core/domain/RolloutWay"
import { byWire, settingsWith } from "@ebb/core/domain/Settings"
import { Schema } from "effect"
import { appFaults, doorStatuses, runnerFaults } from "./Faults.ts"

const { Boolean, Finite, Int, NullOr, String, Struct, optionalKey } = Schema
const List = Schema.Array

export const AuthMode = Schema.Literals(["private", "public", "shared"])
export type AuthMode = typeof AuthMode.Type
export const DeployStrategy = Schema.Literals(["recreate", "rolling"])
export const KeyScope = Schema.Literals(["ADMIN", "API"])

/** Done, and nothing to say about it. */
export const Done = Struct({ ok: Schema.Literal(true) })

const scaled = settingsWith({ isScaled: true })

const settings = {
  ...byWire(scaled, () => Int),
  active_runners: Int,
  machine_types: List(String),
  valid_regions: List(String)
}

/** An app as `apps list` shows it; times in seconds, `environment_name` empty for main. */
export const AppInfo = Struct({
  alias: String,
  revision: String,
  auth_mode: AuthMode,
  ...settings,
  environment_name: String,
  is_rolling: Boolean
})
export type AppInfo = typeof AppInfo.Type

/** What a deploy said of itself: kept and shown, and of no effect in a sandbox. */
export const DeployNotes = Struct({
  message: NullOr(String),
  annotations: Schema.Record(String, String),
  private_logs: Boolean,
  data_mounts: List(String),
  /** The files that came with it, by their path in the app. */
  files: List(Struct({ path: String, hash: String }))
})
export type DeployNotes = typeof DeployNotes.Type

/** The same with what it told of its app, as it came: `openapi` and more. */
export interface DeploySaid extends DeployNotes {
  readonly metadata: Readonly<Record<string, unknown>>
}

/** A revision as `apps list-rev` shows it; `created_at` as ISO time. */
export const RevisionInfo = Struct({
  application_id: String,
  ...settings,
  created_at: String,
  environment_name: String,
  /** `ready`, `failed` when its deploy was aborted, `rolling` while its verification runner starts. */
  state: Schema.Literals(["ready", "failed", "rolling"]),
  is_current: Boolean,
  /** Where its deploy said anything. */
  notes: optionalKey(DeployNotes)
})
export type RevisionInfo = typeof RevisionInfo.Type

/** A request in flight on a runner; `leased_at_epoch` in seconds. */
const Lease = Struct({
  request_id: String,
  caller_user_id: NullOr(String),
  leased_at_epoch: Finite
})

export const RunnerStateName = Schema.Literals([
  "RUNNING",
  "PENDING",
  "SETUP",
  "DEAD",
  "DOCKER_PULL",
  "DRAINING",
  "TERMINATING",
  "TERMINATED",
  "IDLE",
  "CRASH_BACKOFF"
])

/** A runner as `runners list` shows it; countdown and uptime in seconds. */
export const RunnerInfo = Struct({
  alias: String,
  environment_name: String,
  machine_type: String,
  runner_id: String,
  in_flight_requests: Int,
  expiration_countdown: NullOr(Int),
  uptime_seconds: Finite,
  revision: String,
  state: RunnerStateName,
  replacement: Schema.Literals(["NO_REPLACE", "WILL_REPLACE", "DID_REPLACE"]),
  leases: List(Lease)
})
export type RunnerInfo = typeof RunnerInfo.Type

/** Values to change; seconds where a time. */
export const ScalePatch = Struct({
  ...byWire(scaled, () => optionalKey(Finite)),
  machine_types: optionalKey(List(String)),
  valid_regions: optionalKey(List(String))
})
export type ScalePatch = typeof ScalePatch.Type

/** A rollout as `rollouts list` and `apps rollout --json` show it; `runners` and `inFlight` are counts, times ISO. */
export const RolloutSummary = Struct({
  version: Schema.Literal(1),
  id: String,
  app: String,
  env: String,
  mode: RolloutWay,
  order: NullOr(RolloutOrder),
  state: Schema.Literals(["running", "finished", "interrupted"]),
  startedAt: String,
  /** Members, and how many of them have ended. */
  runners: Int,
  ended: Int,
  inFlight: Int,
  drained: Int,
  errored: Int,
  retried: Int,
  /** From its start until as many slots were ready as before; null while they are not. Those of earlier versions have none. */
  recoveryMs: optionalKey(NullOr(Finite)),
  /** By how many slots it had fewer than before, at the least of them. */
  slotsMissed: optionalKey(Int),
  /** The app's grace period when it was begun. */
  gracePeriodMs: Finite,
  /** When a force took it over, ISO; absent where none did, and in those of earlier versions. */
  escalatedAt: optionalKey(String),
  /** Whether this very command escalated a graceful rollout, and what it killed. */
  escalated: optionalKey(Struct({ runners: Int, inFlight: Int }))
})
export type RolloutSummary = typeof RolloutSummary.Type

export const RolloutCommand = Struct({
  force: optionalKey(Boolean),
  order: optionalKey(RolloutOrder)
})
export type RolloutCommand = typeof RolloutCommand.Type

/** Requests to come, drawn from these by how long after the one before: without end they must take some time. */
const Arrivals = List(
  Struct({ afterMs: Finite.check(Schema.isGreaterThanOrEqualTo(0)), kind: Schema.Literals(["direct", "queued"]) })
).check(
  Schema.isMaxLength(4000),
  Schema.makeFilter((gaps) => gaps.length === 0 || gaps.some(({ afterMs }) => afterMs > 0), {
    expected: "some afterMs above 0"
  })
)

/** Which ways to try, and what comes meanwhile where that is not what came in the last quarter of an hour. */
export const DryRunCommand = Struct({ ...RolloutCommand.fields, arrivals: optionalKey(Arrivals) })
export type DryRunCommand = typeof DryRunCommand.Type

const Outcome = Struct({ mean: Finite, low: Finite, high: Finite, n: Int })

/** What a rollout begun now would do; `low` and `high` hold 95 % of what may happen, milliseconds are the Fleet's. */
export const DryRun = Struct({
  app: String,
  atMs: Finite,
  forks: Int,
  tookMs: Finite,
  ways: List(
    Struct({
      mode: RolloutWay,
      inFlight: Struct({
        atStart: Outcome,
        drained: Outcome,
        errored: Outcome,
        retried: Outcome,
        cancelled: Outcome
      }),
      recoveryMs: NullOr(Outcome),
      enoughMs: NullOr(Outcome),
      fewer: NullOr(Struct({ slots: Outcome, before: Int })),
      requestsErrored: Outcome,
      never: NullOr(String)
    })
  )
})
export type DryRun = typeof DryRun.Type

export const SecretInfo = Struct({
  name: String,
  environment: String,
  created_at: String,
  default_exposed: NullOr(Boolean)
})
export type SecretInfo = typeof SecretInfo.Type

export const EnvironmentInfo = Struct({
  name: String,
  description: String,
  is_default: Boolean,
  created_at: String
})
export type EnvironmentInfo = typeof EnvironmentInfo.Type

export const KeyInfo = Struct({ key_id: String, created_at: String, scope: KeyScope, description: String })
export type KeyInfo = typeof KeyInfo.Type

/** A key just made: the only time its secret is shown. */
export const NewKey = Struct({ key_id: String, key_secret: String, scope: KeyScope, description: String })
export type NewKey = typeof NewKey.Type

/** `user_id` is what a login token's client names the team by. */
export const TeamInfo = Struct({
  nickname: String,
  full_name: String,
  user_id: String,
  is_personal: Boolean,
  is_org: Boolean
})
export type TeamInfo = typeof TeamInfo.Type

export const Fault = Struct({
  do: Schema.Literals([...runnerFaults, ...appFaults]),
  /** Wall milliseconds until it ends by itself; without it, until the runner is killed (an app's: until the sandbox ends). */
  forMs: optionalKey(Finite),
  /** What a front door fails with; 503 without it. */
  status: optionalKey(Schema.Literals(doorStatuses))
})

/** One line of a runner; `timestamp` ISO, `level` such as STDOUT, STDERR, INFO. */
export const LogLine = Struct({ timestamp: String, level: String, message: String })
export type LogLine = typeof LogLine.Type

/** What the ledger says of one request; times in wall milliseconds since the epoch. */
export const LedgerRow = Struct({
  number: Int,
  requestId: String,
  app: String,
  env: String,
  kind: Schema.Literals(["direct", "queued", "realtime"]),
  outcome: NullOr(Schema.Literals(["completed", "errored", "cancelled"])),
  status: NullOr(Int),
  errorType: NullOr(String),
  attempts: Int,
  submittedAtMs: Finite,
  settledAtMs: NullOr(Finite)
})
export type LedgerRow = typeof LedgerRow.Type

/** A fault of an app that is in force; times are wall milliseconds since the epoch, `untilMs` null without an end. */
export const FaultView = Struct({ do: Schema.Literals(appFaults), sinceMs: Finite, untilMs: NullOr(Finite) })
export type FaultView = typeof FaultView.Type

/** The sandbox itself. */
export const Status = Struct({
  url: String,
  grpc: String,
  tlsUrl: NullOr(String),
  pid: Int,
  data: String,
  version: String,
  speed: Finite,
  apps: Int,
  runners: Int,
  /** What is made to go wrong now, and with which app. */
  faults: optionalKey(List(Struct({ app: String, ...FaultView.fields }))),
  user: String,
  team: String,
  key: Struct({ id: String, scope: KeyScope })
})
export type Status = typeof Status.Type

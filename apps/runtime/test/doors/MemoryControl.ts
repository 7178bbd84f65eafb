import { byWire, settingsWith } from "@ebb/core/domain/Settings"
import type { AppInfo, RevisionInfo, RunnerInfo } from "@ebb/protocol/rest/Shapes"
import type { ShellSession } from "@ebb/runtime/kernel/ShellSession"
import type { ControlCalls } from "@ebb/runtime/planes/grpc/GrpcControl"
import type { Credentials, Principal } from "@ebb/runtime/control/Principal"
import { notFound, refuse } from "@ebb/runtime/control/Refused"
import { Effect } from "effect"

const principal: Principal = { team: "local", scope: "ADMIN", keyId: "id" }

const settings = {
  ...byWire(settingsWith({ isScaled: true }), (setting) => setting.default),
  keep_alive: 60,
  max_concurrency: 4,
  max_multiplexing: 2,
  active_runners: 3,
  min_concurrency: 1,
  concurrency_buffer: 5,
  concurrency_buffer_perc: 6,
  scaling_delay: 7,
  machine_types: ["GPU-H100", "GPU-A100"],
  request_timeout: 3600,
  startup_timeout: 600,
  valid_regions: ["us-east"]
}

const app: AppInfo = {
  alias: "myapp--staging",
  revision: "rev-2",
  auth_mode: "shared",
  ...settings,
  environment_name: "staging",
  is_rolling: true
}

const revision: RevisionInfo = {
  application_id: "rev-1",
  ...settings,
  created_at: "2026-01-02T03:04:05.678Z",
  environment_name: "",
  state: "ready",
  is_current: true
}

const runner: RunnerInfo = {
  alias: "myapp",
  environment_name: "",
  machine_type: "GPU-H100",
  runner_id: "run-1",
  in_flight_requests: 2,
  expiration_countdown: null,
  uptime_seconds: 12.5,
  revision: "rev-2",
  state: "CRASH_BACKOFF",
  replacement: "DID_REPLACE",
  leases: [{ request_id: "req-1", caller_user_id: null, leased_at_epoch: 1_700_000_000.5 }]
}

const nthRunner = (_: unknown, at: number): RunnerInfo => ({ ...runner, runner_id: `run-${at + 1}` })

const environment = { name: "staging", description: "", is_default: false, created_at: "2026-01-02T03:04:05.000Z" }
const keyInfo = { key_id: "k", created_at: "2026-01-02T03:04:05.000Z", scope: "API", description: "ci" } as const
const secret = { name: "A", environment: "staging", created_at: "2026-01-02T03:04:05.000Z", default_exposed: false }

/** A control plane of one app, `myapp`, that remembers what it was asked. */
export class MemoryControl implements ControlCalls {
  readonly calls: Array<readonly [name: string, ...args: ReadonlyArray<unknown>]> = []
  readonly shown: Array<Credentials> = []
  session: ShellSession | null = null
  /** How many runners there are. */
  runnerCount = 1

  private note<A>(name: string, args: ReadonlyArray<unknown>, answer: A): Effect.Effect<A> {
    return Effect.sync(() => {
      this.calls.push([name, ...args])
      return answer
    })
  }

  readonly authorize: ControlCalls["authorize"] = (credentials, what) => {
    this.shown.push(credentials)
    if (credentials.kind === "key" && credentials.secret === "api") {
      return Effect.fail(refuse("PERMISSION_DENIED", `This key has scope API; ${what} needs a key with scope ADMIN`))
    }
    const isKnown = credentials.kind === "login" || (credentials.kind === "key" && credentials.secret === "secret")
    return isKnown ? Effect.succeed(principal) : Effect.fail(refuse("UNAUTHENTICATED", "Invalid credentials"))
  }

  readonly apps: ControlCalls["apps"] = {
    rollout: (_, request) => {
      if (request.app === "broken") return Effect.die(new Error("a bug"))
      if (request.app === "busy") return Effect.fail(refuse("UNAVAILABLE", "The sandbox is going down"))
      if (!request.app.startsWith("myapp"))
        return Effect.fail(notFound(`Application '${request.app}' not found – 100 %`))
      return this.note("rollout", [request], undefined)
    },
    list: (_, env) => this.note("listApps", [env], [app]),
    scale: (_, place, patch) => this.note("scale", [place, patch], app),
    remove: (_, place) => this.note("deleteApp", [place], { revision: "rev-2" })
  }

  readonly revisions: ControlCalls["revisions"] = {
    list: (_, filter) => this.note("listRevisions", [filter], [revision]),
    set: (_, request) => this.note("setRevision", [request], app),
    remove: (_, id) => this.note("deleteRevision", [id], undefined),
    build: (_, request) =>
      request.env === "nope"
        ? Effect.fail(notFound("Environment 'nope' not found"))
        : this.note("build", [request], undefined),
    deploy: (_, request) =>
      this.note("deploy", [request], { app, revision: "rev-3", status: "deployed", isVerified: true })
  }

  readonly runners: ControlCalls["runners"] = {
    list: (_, filter) => this.note("listRunners", [filter], Array.from({ length: this.runnerCount }, nthRunner)),
    stop: (_, id, first) => this.note("stopRunner", [id, first], undefined),
    kill: (_, id) => this.note("killRunner", [id], undefined),
    shell: (_, request) =>
      this.session === null
        ? Effect.fail(notFound(`Runner '${request.runner}' not found`))
        : this.note("shell", [request], this.session)
  }

  readonly secrets: ControlCalls["secrets"] = {
    list: (_, env) => this.note("listSecrets", [env], [secret]),
    set: (_, change) => this.note("setSecret", [change], undefined)
  }

  readonly environments: ControlCalls["environments"] = {
    list: () => this.note("listEnvironments", [], [environment]),
    create: (_, name, description) => this.note("createEnvironment", [name, description], environment),
    remove: (_, name) => this.note("deleteEnvironment", [name], undefined)
  }

  readonly keys: ControlCalls["keys"] = {
    list: () => this.note("listKeys", [], [keyInfo]),
    create: (_, scope, description) =>
      this.note("createKey", [scope, description], { key_id: "k", key_secret: "s", scope, description }),
    revoke: (_, id) => this.note("revokeKey", [id], undefined)
  }
}

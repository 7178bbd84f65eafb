import { RolloutMode, RolloutOrder, wayNames } from "@ebb/core/domain/RolloutWay"
import { machineTypes } from "@ebb/core/domain/Machine"
import { type NameRule, names } from "@ebb/core/domain/Names"
import { byWire, type Setting, secondsMost, settingsWith } from "@ebb/core/domain/Settings"
import { Schema } from "effect"
import { seedMost, seedsMost } from "./Seeds.ts"
import { CountDistribution, Distribution } from "../workload/Distribution.ts"
import { Duration, LongerThanNothing, Rate, RateOrNone, Unit, wholeSeconds } from "@ebb/text/Duration"

const optional = Schema.optionalKey
const between = (minimum: number, maximum: number) =>
  Schema.Finite.check(Schema.isInt(), Schema.isBetween({ minimum, maximum })).annotate({
    description: `a whole number from ${minimum} to ${maximum}`
  })
const probability = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 })).annotate({
  description: "a probability from 0 to 1"
})
const nameOf = ({ most, pattern }: NameRule, description: string) =>
  Schema.String.check(Schema.isPattern(pattern), Schema.isMaxLength(most)).annotate({
    description: `${description}, at most ${most} characters`
  })
const name = nameOf(names.app, "a name of letters, digits, - _ .")
const machineType = Schema.Literals(machineTypes)

const number = ({ least, most }: Setting) => optional(between(least, most))
const time = ({ least, most }: Setting) => optional(wholeSeconds(least, most))

/** The settings of each part: times as durations, all else as numbers. */
const appSettings = {
  ...byWire(settingsWith({ part: "app", unit: "count" }), number),
  ...byWire(settingsWith({ part: "app", unit: "seconds" }), time)
}
const scalingSettings = {
  ...byWire(settingsWith({ part: "scaling", unit: "count" }), number),
  ...byWire(settingsWith({ part: "scaling", unit: "percent" }), number),
  ...byWire(settingsWith({ part: "scaling", unit: "seconds" }), time)
}

/** More tries than these are a slip. */
const tries = 1000

const HealthCheck = Schema.Struct({
  path: Schema.String,
  method: optional(Schema.Literals(["GET", "POST"])),
  start_period: optional(wholeSeconds(0, secondsMost)),
  timeout: optional(wholeSeconds(1, secondsMost)),
  failure_threshold: optional(between(1, tries)),
  call_regularly: optional(Schema.Boolean)
})

const AppPart = Schema.Struct({
  name: optional(name),
  env: optional(name),
  auth: optional(Schema.Literals(["public", "private", "shared"])),
  machine_type: optional(machineType),
  machine_types: optional(Schema.NonEmptyArray(machineType)),
  ...appSettings,
  rollout_order: optional(RolloutOrder),
  secrets: optional(Schema.Array(nameOf(names.secret, "the name of a secret"))),
  health_check: optional(HealthCheck),
  retry_config: optional(
    Schema.Struct({
      server_error: optional(between(0, tries)),
      connection_error: optional(between(0, tries)),
      timeout: optional(between(0, tries))
    })
  ),
  skip_retry_conditions: optional(Schema.Array(Schema.Literals(["server_error", "connection_error", "timeout"])))
})

const ScalingPart = Schema.Struct(scalingSettings)

/** What a process runner is asked to end by; the default is SIGTERM. */
const StopSignal = Schema.Literals(["SIGTERM", "SIGINT", "SIGQUIT", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGWINCH"])

const share = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 100 })).annotate({
  description: "a number from 0 to 100"
})
const factor = Schema.Finite.check(Schema.isBetween({ minimum: 1, maximum: 1000 })).annotate({
  description: "a number from 1 to 1000"
})

const WarmUp = Schema.Struct({
  requests: optional(between(1, 1_000_000)),
  for: optional(LongerThanNothing),
  factor
}).check(
  Schema.makeFilter(
    (warmUp) => (warmUp.requests === undefined) !== (warmUp.for === undefined) || "must have one of requests and for"
  )
)

const RunnerPart = Schema.Struct({
  scheduling: optional(Distribution),
  docker_pull: optional(
    Schema.Union([Schema.Struct({ time: Distribution, cached: optional(probability) }), Distribution])
  ),
  setup: optional(Distribution),
  teardown: optional(Distribution),
  service: optional(Distribution),
  interference: optional(share),
  warm_up: optional(WarmUp),
  handler: optional(Schema.String),
  command: optional(Schema.NonEmptyArray(Schema.String)),
  cwd: optional(Schema.String),
  env: optional(Schema.Record(Schema.String, Schema.String)),
  ready: optional(Schema.Union([Schema.Struct({ path: Schema.String }), Schema.Struct({ tcp: Schema.Boolean })])),
  stop_signal: optional(StopSignal)
})

const Arrivals = Schema.Union([
  Schema.Struct({ poisson: Rate }),
  Schema.Struct({
    trace: Schema.Struct({
      file: Schema.String,
      timestamp: optional(Schema.String),
      unit: optional(Unit),
      duration: optional(Schema.String),
      sort: optional(Schema.Boolean)
    })
  }),
  Schema.Struct({ bursts: Schema.Struct({ on: Distribution, off: Distribution, rate: Rate }) }),
  Schema.Struct({ daily: Schema.Struct({ low: RateOrNone, high: Rate, period: Duration, peak_at: Duration }) })
]).annotate({ description: "one of poisson, trace, bursts, daily" })

/** How many, as the name of a column of the trace, a number or a distribution. */
const Counts = Schema.Union([Schema.String, CountDistribution]).annotate({
  description: "the name of a column of the trace, a number, or one of the distributions"
})

const Service = Schema.Union([
  Distribution,
  Schema.Struct({ column: Schema.String, unit: optional(Unit) }),
  Schema.Struct({ tokens: Schema.Struct({ generated: Counts, first: Duration, each: Duration }) })
]).annotate({ description: "a duration such as 4s, a distribution such as lognormal, column, or tokens" })

const SourcePart = Schema.Struct({
  kind: Schema.Union([
    Schema.Literals(["queued", "direct"]),
    Schema.Struct({ mixed: Schema.Struct({ queued: probability }) })
  ]),
  arrivals: Arrivals,
  service: optional(Service),
  priority: optional(Schema.Literals(["normal", "low"])),
  start_timeout: optional(Duration),
  max_queue_length: optional(between(0, 1_000_000_000)),
  patience: optional(Distribution)
})

const FaultsPart = Schema.Struct({
  setup_failure: optional(probability),
  scheduling_failure: optional(probability),
  crash: optional(Distribution),
  hang: optional(probability),
  slow_teardown: optional(probability),
  plan: optional(
    Schema.Array(
      Schema.Struct({
        at: Duration,
        runner: Schema.Union([Schema.Literals(["oldest", "newest", "all"]), between(1, 100_000)]),
        do: Schema.Literals(["crash", "hang", "slow"]),
        for: optional(Duration)
      })
    )
  )
})

export type Mode = RolloutMode

const RolloutPart = Schema.Struct({
  at: Duration,
  mode: optional(Schema.Literals(wayNames))
})

const RunPart = Schema.Struct({
  for: optional(Duration),
  warmup: optional(Duration),
  window: optional(Duration),
  moment: optional(Schema.Literals(["spread", "fixed"])),
  seeds: optional(between(1, seedsMost)),
  seed: optional(between(0, seedMost)),
  modes: optional(Schema.NonEmptyArray(RolloutMode))
})

/** What stands around a grace period where the app really runs: limits that have to fit into each other. */
const LimitsPart = Schema.Struct({
  platform: optional(
    Schema.Literals(["kubernetes", "knative", "ecs", "fargate", "cloud_run", "fly", "nomad", "railway", "cloudflare"])
  ),
  grace: optional(Duration),
  pre_stop: optional(Duration),
  endpoint_lag: optional(Duration),
  proxy_drain: optional(Duration),
  deregistration_delay: optional(Duration)
})
export type LimitsText = typeof LimitsPart.Type

/** What `ebb plan` may change and what must hold, where its command line says nothing. */
const PlanPart = Schema.Struct({
  let: optional(Schema.Record(Schema.String, Schema.Union([Schema.String, Schema.Finite]))),
  slo: optional(Schema.Array(Schema.String)),
  limits: optional(LimitsPart)
})

/** A rehearsal as its file says it (docs/spec.md): times and rates as text, everything optional that has a default. */
export const SpecSchema = Schema.Struct({
  app: optional(AppPart),
  scaling: optional(ScalingPart),
  capacity: optional(Schema.Record(Schema.String, between(0, 1_000_000))),
  prices: optional(Schema.Record(Schema.String, Schema.Union([Schema.Finite, Schema.String]))),
  runner: optional(RunnerPart),
  traffic: optional(Schema.Array(SourcePart)),
  faults: optional(FaultsPart),
  rollouts: optional(Schema.Array(RolloutPart)),
  run: optional(RunPart),
  plan: optional(PlanPart)
})
export type SpecText = typeof SpecSchema.Type
export type SourceText = typeof SourcePart.Type

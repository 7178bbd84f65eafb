import { Schema } from "effect"

const seconds = (least: number) => Schema.Int.check(Schema.isGreaterThanOrEqualTo(least))
const count = (least: number) => Schema.Int.check(Schema.isGreaterThanOrEqualTo(least))

export const RolloutOrder = Schema.Literals(["stop_first", "replace_first"])
export type RolloutOrder = typeof RolloutOrder.Type

export const RetryCondition = Schema.Literals(["server_error", "connection_error", "timeout"])
export type RetryCondition = typeof RetryCondition.Type

/** Further attempts allowed per condition (platform rule 5.2). */
export const RetryConfig = Schema.Struct({
  server_error: Schema.optionalKey(count(0)),
  connection_error: Schema.optionalKey(count(0)),
  timeout: Schema.optionalKey(count(0))
})
export type RetryConfig = typeof RetryConfig.Type

/** An app's health check (platform rule 7); times in seconds. */
export const HealthCheck = Schema.Struct({
  path: Schema.String,
  method: Schema.Literals(["GET", "POST"]),
  startPeriodSeconds: seconds(0),
  timeoutSeconds: seconds(1),
  failureThreshold: count(1),
  callRegularly: Schema.Boolean
})
export type HealthCheck = typeof HealthCheck.Type

/** What an app keeps over deploys (platform rule 9); `scale` changes it. */
export const Scaling = Schema.Struct({
  minConcurrency: count(0),
  maxConcurrency: count(1),
  concurrencyBuffer: count(0),
  concurrencyBufferPerc: count(0).check(Schema.isLessThanOrEqualTo(1000)),
  scalingDelaySeconds: seconds(0),
  keepAliveSeconds: seconds(0),
  requestTimeoutSeconds: seconds(1)
})
export type Scaling = typeof Scaling.Type

/** What comes from a revision's code (platform rule 9). */
export const Revision = Schema.Struct({
  machineTypes: Schema.NonEmptyArray(Schema.String),
  gpus: count(1).check(Schema.isLessThanOrEqualTo(8)),
  maxMultiplexing: count(1),
  startupTimeoutSeconds: seconds(1),
  gracePeriodSeconds: seconds(0).check(Schema.isLessThanOrEqualTo(3600)),
  rolloutOrder: RolloutOrder,
  retryConfig: RetryConfig,
  skipRetryConditions: Schema.Array(RetryCondition),
  healthCheck: Schema.NullOr(HealthCheck)
})
export type Revision = typeof Revision.Type

/** An app as the Fleet is told of it: who owns it, its current revision and its scaling. */
export const App = Schema.Struct({
  team: Schema.String,
  env: Schema.String,
  name: Schema.String,
  scaling: Scaling,
  revision: Revision
})
export type App = typeof App.Type

/** The platform's defaults (platform rule 13). */
export const defaultScaling: Scaling = {
  minConcurrency: 0,
  maxConcurrency: 2,
  concurrencyBuffer: 0,
  concurrencyBufferPerc: 0,
  scalingDelaySeconds: 0,
  keepAliveSeconds: 60,
  requestTimeoutSeconds: 3600
}

/** The platform's defaults (platform rule 13). */
export const defaultRevision: Revision = {
  machineTypes: ["S"],
  gpus: 1,
  maxMultiplexing: 1,
  startupTimeoutSeconds: 600,
  gracePeriodSeconds: 5,
  rolloutOrder: "stop_first",
  retryConfig: {},
  skipRetryConditions: [],
  healthCheck: null
}

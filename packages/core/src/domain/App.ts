import { Schema } from "effect"
import { RolloutOrder, ways } from "./RolloutWay.ts"
import { byKey, type Setting, settingsWith } from "./Settings.ts"

const seconds = (least: number) => Schema.Int.check(Schema.isGreaterThanOrEqualTo(least))
const count = (least: number) => Schema.Int.check(Schema.isGreaterThanOrEqualTo(least))

/** What decides how many runners an app has. */
export const ScalerName = Schema.Literal("fal")
export type ScalerName = typeof ScalerName.Type

/** What a further attempt may be made for (platform rule 5.2). */
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

/** The settings that an app keeps over deploys, and those that a revision brings (platform rule 9). */
const ofApp = settingsWith({ of: "app" })
const ofRevision = settingsWith({ of: "revision" })

const inRange = ({ least, most }: Setting) => Schema.Int.check(Schema.isBetween({ minimum: least, maximum: most }))

/** What an app keeps over deploys (platform rule 9); `scale` changes it. */
export const Scaling = Schema.Struct(byKey(ofApp, inRange))
export type Scaling = typeof Scaling.Type

/** What comes from a revision's code (platform rule 9). */
export const Revision = Schema.Struct({
  machineTypes: Schema.NonEmptyArray(Schema.String),
  ...byKey(ofRevision, inRange),
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
  /** Without one: fal. */
  scaler: Schema.optionalKey(ScalerName),
  scaling: Scaling,
  revision: Revision
})
export type App = typeof App.Type

/** By which scaler an app's runners are counted. */
export const scalerOf = ({ scaler }: Pick<App, "scaler">): ScalerName => scaler ?? "fal"

/** The platform's defaults (platform rule 13). */
export const defaultScaling: Scaling = byKey(ofApp, (setting) => setting.default)

/** The platform's defaults (platform rule 13). */
export const defaultRevision: Revision = {
  machineTypes: ["S"],
  ...byKey(ofRevision, (setting) => setting.default),
  rolloutOrder: ways.graceful.order,
  retryConfig: {},
  skipRetryConditions: [],
  healthCheck: null
}

import type { RetryConfig } from "@ebb/core/domain/App"
import type { JsonObject } from "@bufbuild/protobuf"
import { Result, Schema } from "effect"
import { byWire, type Setting, settingsWith } from "@ebb/core/domain/Settings"
import * as RetryBudgets from "../../control/RetryBudgets.ts"
import * as Wire from "@ebb/protocol/gen/controller_pb"
import type { DeployRequest } from "../../control/DeployControl.ts"
import { authModeOf, strategyOf } from "./GrpcMessages.ts"

const seconds = (value: number | undefined): string | undefined => (value === undefined ? undefined : `${value}s`)

const healthMethods: Readonly<Record<number, string>> = { [Wire.ApplicationHealthCheckConfig_Method.POST]: "POST" }

const healthCheckOf = ({ healthCheckConfig, healthCheckPath }: Wire.RegisterApplicationRequest) => {
  if (healthCheckConfig === undefined) return healthCheckPath === undefined ? undefined : { path: healthCheckPath }
  const { callRegularly, failureThreshold, method, path, startPeriodSeconds, timeoutSeconds } = healthCheckConfig
  return {
    path,
    method: method === undefined ? undefined : (healthMethods[method] ?? "GET"),
    start_period: seconds(startPeriodSeconds),
    timeout: seconds(timeoutSeconds),
    failure_threshold: failureThreshold,
    call_regularly: callRegularly
  }
}

type Condition = keyof RetryConfig

/** Errors of the client are never retried, so that condition has nothing to skip. */
const skippable: Readonly<Record<number, Condition>> = {
  [Wire.RetryCondition.TIMEOUT]: "timeout",
  [Wire.RetryCondition.SERVER_ERROR]: "server_error",
  [Wire.RetryCondition.CONNECTION_ERROR]: "connection_error"
}

const machineTypesOf = (machine: Wire.MachineRequirements | undefined): ReadonlyArray<string> | undefined => {
  if (machine === undefined) return undefined
  if (machine.machineTypes.length > 0) return machine.machineTypes
  return machine.machineType === undefined ? undefined : [machine.machineType]
}

/** What is malformed counts as nothing: clients that send it are served as ever. */
const retryConfigOf = (json: string | undefined): RetryConfig | undefined =>
  json === undefined ? undefined : Result.getOrElse(RetryBudgets.read(json), () => ({}))

const appPart = (request: Wire.RegisterApplicationRequest) => {
  const machine = request.machineRequirements
  return {
    machine_types: machineTypesOf(machine),
    ...settingsOf(request, "app"),
    secrets: request.secrets?.names,
    health_check: healthCheckOf(request),
    retry_config: retryConfigOf(request.retryConfig),
    skip_retry_conditions: request.skipRetryConditions.flatMap((condition) => skippable[condition] ?? [])
  }
}

/** The settings of a part of a spec, as a message has them: with the machine, or (the grace period, the maximum) beside it. */
const settingsOf = (request: Wire.RegisterApplicationRequest, part: Setting["part"]) => {
  const { machineRequirements: machine } = request
  return byWire(settingsWith({ part }), ({ grpc, unit }) => {
    if (grpc === null) return undefined
    const value: unknown = Reflect.get(machine ?? {}, grpc) ?? Reflect.get(request, grpc)
    return typeof value === "number" && unit === "seconds" ? `${value}s` : value
  })
}

const isTexts = Schema.is(Schema.Record(Schema.String, Schema.String))

/** The client puts what its user says of the deploy among what the code tells of the app. */
const saidIn = ({ annotations, message, ...metadata }: JsonObject) => ({
  ...(typeof message === "string" ? { message } : {}),
  ...(isTexts(annotations) ? { annotations } : {}),
  metadata
})

export const appFile = ({ hash, relativePath: path }: Wire.File) => ({ path, hash })

/**
 * A deploy of code as the deploy of a spec with its settings: the code itself is not run, its runners are simulated with
 * the default profile.
 */
export const deployRequest = (request: Wire.RegisterApplicationRequest): DeployRequest => ({
  spec: JSON.stringify({ app: appPart(request), scaling: settingsOf(request, "scaling") }),
  file: "deploy",
  name: request.applicationName,
  env: request.environmentName,
  // The client says so of a deploy that names none, also where the app was public before.
  auth: authModeOf(request.authMode) ?? "private",
  strategy: strategyOf(request.deploymentStrategy),
  detached: request.attachToDeployment === false,
  resetScale: request.scale === true,
  regions: request.machineRequirements?.validRegions,
  privateLogs: request.privateLogs,
  dataMounts: request.dataMounts,
  appFiles: request.files.map(appFile),
  ...saidIn(request.metadata ?? {})
})

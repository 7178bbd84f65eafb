import { create, type MessageInitShape } from "@bufbuild/protobuf"
import { type Timestamp, timestampDate, timestampFromDate } from "@bufbuild/protobuf/wkt"
import * as Wire from "@ebb/protocol/gen/controller_pb"
import type { AppInfo, AuthMode, KeyInfo, RevisionInfo, RunnerInfo, SecretInfo } from "@ebb/protocol/rest/Shapes"
import type { EnvironmentInfo, ScalePatch } from "@ebb/protocol/rest/Shapes"
import { Effect } from "effect"
import { type Setting, settings, settingsWith } from "@ebb/core/domain/Settings"
import { type Refused, refuse } from "../../control/Refused.ts"

const timestamp = (iso: string): Timestamp => timestampFromDate(new Date(iso))

/** The sandbox says main as an empty text, the wire by leaving the field out. */
const optionalEnv = (env: string) => (env === "" ? {} : { environmentName: env })

const authModes = { private: "PRIVATE", public: "PUBLIC", shared: "SHARED" } as const

export const authModeOf = (mode: Wire.ApplicationAuthMode | undefined): AuthMode | undefined =>
  (["private", "public", "shared"] as const).find((name) => Wire.ApplicationAuthMode[authModes[name]] === mode)

export const strategyOf = (strategy: Wire.DeploymentStrategy | undefined): "recreate" | "rolling" | undefined => {
  if (strategy === undefined) return undefined
  return strategy === Wire.DeploymentStrategy.RECREATE ? "recreate" : "rolling"
}

const isInMessages = <Row extends Setting>(row: Row): row is Extract<Row, { readonly grpc: string }> =>
  row.grpc !== null

/** The settings that `apps scale` changes and messages have a field for. */
const scaled = settingsWith({ isScaled: true })
  .map((key) => settings[key])
  .filter(isInMessages)

const settingsOf = (info: AppInfo | RevisionInfo) => ({
  ...Object.fromEntries(scaled.map(({ grpc, wire }) => [grpc, info[wire]])),
  activeRunners: info.active_runners,
  machineTypes: [...info.machine_types],
  validRegions: [...info.valid_regions],
  ...optionalEnv(info.environment_name)
})

export const aliasInfo = (info: AppInfo): Wire.AliasInfo =>
  create(Wire.AliasInfoSchema, {
    alias: info.alias,
    revision: info.revision,
    authMode: Wire.ApplicationAuthMode[authModes[info.auth_mode]],
    isRolling: info.is_rolling,
    ...settingsOf(info)
  })

export const applicationInfo = (info: RevisionInfo): Wire.ApplicationInfo =>
  create(Wire.ApplicationInfoSchema, {
    applicationId: info.application_id,
    createdAt: timestamp(info.created_at),
    ...settingsOf(info)
  })

const stateOf = (state: RunnerInfo["state"]): Wire.RunnerInfo_State =>
  Wire.RunnerInfo_State[state === "CRASH_BACKOFF" ? "FAILURE_DELAY" : state]

export const runnerInfo = (info: RunnerInfo): Wire.RunnerInfo =>
  create(Wire.RunnerInfoSchema, {
    runnerId: info.runner_id,
    inFlightRequests: info.in_flight_requests,
    ...(info.expiration_countdown === null ? {} : { expirationCountdown: info.expiration_countdown }),
    uptime: info.uptime_seconds,
    externalMetadata: { leases: info.leases.map((lease) => ({ ...lease })) },
    revision: info.revision,
    alias: info.alias,
    state: stateOf(info.state),
    replacement: Wire.RunnerInfo_ReplaceState[info.replacement],
    machineType: info.machine_type
  })

export const secret = (info: SecretInfo): Wire.Secret =>
  create(Wire.SecretSchema, {
    name: info.name,
    createdTime: timestamp(info.created_at),
    ...optionalEnv(info.environment),
    ...(info.default_exposed === null ? {} : { defaultExposed: info.default_exposed })
  })

export const environmentInfo = (info: EnvironmentInfo): Wire.EnvironmentInfo =>
  create(Wire.EnvironmentInfoSchema, {
    name: info.name,
    description: info.description,
    isDefault: info.is_default,
    createdAt: timestamp(info.created_at)
  })

export const userKeyInfo = (info: KeyInfo): Wire.UserKeyInfo =>
  create(Wire.UserKeyInfoSchema, {
    keyId: info.key_id,
    createdAt: timestamp(info.created_at),
    scope: Wire.CreateUserKeyRequest_Scope[info.scope],
    alias: info.description
  })

/** Only what is present changes; an empty list counts as not given. */
export const scalePatch = (request: Wire.UpdateApplicationRequest): ScalePatch => {
  const given = {
    ...Object.fromEntries(scaled.map(({ grpc, wire }) => [wire, request[grpc]])),
    machine_types: request.machineTypes.length === 0 ? undefined : request.machineTypes,
    valid_regions: request.validRegions.length === 0 ? undefined : request.validRegions
  }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
}

/** East of every time zone it is earlier than anybody's clock says. */
const farthestZoneMs = 14 * 3_600_000

/**
 * The Python command line sends the clock on its wall as if it were UTC. East of Greenwich that is a time to come: then it is
 * read by the time zone here, and where it is one to come still, by the farthest, which rather shows too many.
 */
const presumed = (atMs: number, nowMs: number): number => {
  if (atMs <= nowMs) return atMs
  const hereMs = atMs + new Date(nowMs).getTimezoneOffset() * 60_000
  return hereMs <= nowMs ? hereMs : atMs - farthestZoneMs
}

/** As ISO time; null where it is not said. */
export const since = (start: Timestamp | undefined): Effect.Effect<string | undefined, Refused> => {
  if (start === undefined) return Effect.succeed(undefined)
  const atMs = timestampDate(start).getTime()
  if (Number.isNaN(new Date(atMs).getTime())) {
    return Effect.fail(refuse("INVALID_ARGUMENT", `start_time is out of range: ${start.seconds} s`))
  }
  return Effect.succeed(new Date(presumed(atMs, Date.now())).toISOString())
}

/** Where an app's calls go; `base` is the scheme and host by which the client reached the sandbox. */
export const serviceUrls = (
  base: string,
  owner: string,
  alias: string
): MessageInitShape<typeof Wire.ServiceURLsSchema> => ({
  playground: `${base}/playground/${owner}/${alias}`,
  run: `${base}/fal.run/${owner}/${alias}`,
  queue: `${base}/queue.fal.run/${owner}/${alias}`,
  ws: `${base.replace(/^http/, "ws")}/fal.run/${owner}/${alias}`,
  log: `${base}/playground/${owner}/${alias}`
})

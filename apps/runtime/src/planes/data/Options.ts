import type { RetryConfig } from "@ebb/core/domain/App"
import { plainSubmission, type Submission } from "@ebb/core/fleet/Intake"
import { RequestKind } from "@ebb/core/tables/RequestState"
import { toMs } from "@ebb/text/Duration"
import { Result } from "effect"
import * as RetryBudgets from "../../control/RetryBudgets.ts"
import * as WebhookAddress from "../../webhooks/Address.ts"

/** What a caller may ask for in headers and query of a request (platform rules 4.5, 5.2; docs/architecture.md). */
export interface Options {
  readonly submission: Submission
  /** `x-ebb-service`: how long a simulated runner takes, Fleet milliseconds; null: as its profile says. */
  readonly serviceMs: number | null
  readonly storesAnswer: boolean
  /** Who is to be told of the outcome of a queued request. */
  readonly webhook: string | null
}

const isYes = (value: string | null): boolean => value !== null && ["1", "true", "yes"].includes(value.toLowerCase())

const startTimeoutLeastSeconds = 0.1

const startTimeout = (value: string | null): Result.Result<number | null, string> => {
  if (value === null) return Result.succeed(null)
  const seconds = Number(value)
  if (value.trim() !== "" && seconds > startTimeoutLeastSeconds && seconds < Infinity)
    return Result.succeed(seconds * 1000)
  return Result.fail(
    `x-fal-request-timeout must be a number of seconds over ${startTimeoutLeastSeconds}, got '${value}'`
  )
}

/** `x-ebb-service`: how long a simulated runner takes, Fleet milliseconds; null where it is not said. */
export const service = (value: string | null): Result.Result<number | null, string> => {
  if (value === null) return Result.succeed(null)
  return Result.mapError(
    Result.try(() => toMs(value)),
    () => `x-ebb-service must be a duration such as 250ms or 4s, got '${value}'`
  )
}

const queueLength = (value: string | null): Result.Result<number | null, string> => {
  if (value === null) return Result.succeed(null)
  if (/^\d+$/.test(value)) return Result.succeed(Number(value))
  return Result.fail(`fal_max_queue_length must be a whole number from 0 on, got '${value}'`)
}

const priority = (value: string | null): Result.Result<boolean, string> => {
  if (value === null || value === "normal" || value === "low") return Result.succeed(value === "low")
  return Result.fail(`x-fal-queue-priority must be normal or low, got '${value}'`)
}

const retryConfig = (value: string | null): Result.Result<RetryConfig | null, string> =>
  value === null
    ? Result.succeed(null)
    : Result.mapError(RetryBudgets.read(value), (rule) => `${names.retryConfig} ${rule}, got '${value}'`)

const names = {
  startTimeout: "x-fal-request-timeout",
  priority: "x-fal-queue-priority",
  service: "x-ebb-service",
  retryConfig: "x-fal-retry-config",
  noRetry: "x-fal-no-retry",
  hint: "x-fal-runner-hint",
  storeIo: "x-fal-store-io"
} as const
const allNames = Object.values(names)

/** Those of a request that asks for nothing, as most are. */
const plain = (kind: RequestKind): Result.Result<Options, string> =>
  Result.succeed({
    submission: Object.freeze(plainSubmission(kind)),
    serviceMs: null,
    webhook: null,
    storesAnswer: true
  })
const plainOf = Object.values(RequestKind).map(plain)

/** The options of a request, or what is wrong with one of them. */
export const read = (
  kind: RequestKind,
  headers: Headers,
  query: URLSearchParams,
  { hosts, isOwner }: { readonly hosts: ReadonlyArray<string>; readonly isOwner: boolean }
): Result.Result<Options, string> => {
  if (query.size === 0 && !allNames.some((name) => headers.has(name))) return plainOf[kind]!
  const checked = Result.all({
    startTimeoutMs: startTimeout(headers.get(names.startTimeout)),
    low: priority(headers.get(names.priority)),
    maxQueueLength: queueLength(query.get("fal_max_queue_length")),
    serviceMs: service(headers.get(names.service)),
    webhook: WebhookAddress.read(query.get("fal_webhook"), hosts),
    // Only an app's owner may change how often it is tried again (platform rule 5.2).
    retryConfig: isOwner ? retryConfig(headers.get(names.retryConfig)) : Result.succeed(null)
  })
  return Result.map(checked, ({ serviceMs, webhook, ...given }) => ({
    submission: {
      ...plainSubmission(kind),
      ...given,
      noRetry: isYes(headers.get(names.noRetry)),
      hint: headers.get(names.hint)
    },
    serviceMs,
    webhook,
    storesAnswer: headers.get(names.storeIo) !== "0"
  }))
}

import type { RetryConfig } from "@ebb/core/domain/App"
import { Result } from "effect"

const conditions = ["server_error", "connection_error", "timeout"] as const

const retriesOf = (budget: unknown): unknown =>
  typeof budget === "object" && budget !== null && "retries" in budget ? budget.retries : budget

const isCount = (value: unknown): value is number => typeof value === "number" && Number.isInteger(value) && value >= 0

const rule = 'must be JSON such as {"server_error": {"retries": 1}}'

/**
 * Retries for each condition, as `{"timeout": {"retries": 0}}` or bare as `{"timeout": 0}` (platform rule 5.2), or what
 * they must be. Names of conditions that are none are left out.
 */
export const read = (json: string): Result.Result<RetryConfig, string> => {
  const parsed = Result.getOrNull(Result.try((): unknown => JSON.parse(json)))
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) return Result.fail(rule)
  const budgets: Readonly<Record<string, unknown>> = { ...parsed }
  const named = conditions.flatMap((name) => {
    const retries = retriesOf(budgets[name])
    return retries === undefined ? [] : [[name, retries] as const]
  })
  if (!named.every(([, retries]) => isCount(retries))) return Result.fail(rule)
  return Result.succeed(Object.fromEntries(named))
}

import type { RetryConfig } from "@ebb/core/domain/App"
import { Result } from "effect"

const conditions = ["server_error", "connection_error", "timeout"] as const

const retriesOf = (budget: unknown): unknown =>
  typeof budget === "object" && budget !== null && "retries" in budget ? budget.retries : budget

const isCount = (value: unknown): value is number => typeof value === "number" && Number.isInteger(value) && value >= 0

/**
 * Retries for each condition, as `{"timeout": {"retries": 0}}` or bare as `{"timeout": 0}`; malformed JSON, unknown names
 * and what is no count are ignored (platform rule 5.2).
 */
export const read = (json: string): RetryConfig => {
  const parsed = Result.getOrNull(Result.try((): unknown => JSON.parse(json)))
  const budgets: Readonly<Record<string, unknown>> = typeof parsed === "object" && parsed !== null ? { ...parsed } : {}
  const named = conditions.map((name) => [name, retriesOf(budgets[name])] as const)
  return Object.fromEntries(named.filter(([, retries]) => isCount(retries)))
}

import { Effect } from "effect"
import type { Context } from "hono"
import { type Refused, refuse } from "../../control/Refused.ts"

/** Values that may be repeated or separated by commas. */
export const listOf = (c: Context, name: string): ReadonlyArray<string> =>
  (c.req.queries(name) ?? []).flatMap((value) => value.split(",")).filter((value) => value !== "")

/** A whole number of the query. */
export const wholeOf = (
  c: Context,
  name: string,
  { most, otherwise }: { readonly otherwise: number; readonly most: number }
) => {
  const given = c.req.query(name)
  const value = given === undefined ? otherwise : /^\d{1,15}$/.test(given) ? Number(given) : NaN
  if (value >= 1 && value <= most) return Effect.succeed(value)
  return Effect.fail(
    refuse("INVALID_ARGUMENT", `${name} must be a whole number from 1 to ${most}, got '${(given ?? "").slice(0, 20)}'`)
  )
}

/** A moment of the query, in wall milliseconds. */
export const timeIn = (c: Context, name: string, otherwise: number): Effect.Effect<number, Refused> => {
  const given = c.req.query(name)
  const ms = given === undefined || given === "" ? otherwise : Date.parse(given)
  if (Number.isFinite(ms)) return Effect.succeed(ms)
  return Effect.fail(refuse("INVALID_ARGUMENT", `${name} must be an ISO time, got '${(given ?? "").slice(0, 40)}'`))
}

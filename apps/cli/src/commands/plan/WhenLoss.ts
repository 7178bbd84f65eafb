import * as Average from "@ebb/text/Average"

/** So many requests, whether they are lost or saved, in the mean. */
export const count = (errors: number): string => (errors === 0 ? "no request" : Average.of(Math.abs(errors), "request"))

/** What a rollout does to requests, in the mean: it `loses 3 requests`, or where fewer fail than without it, `saves` them. */
export const of = (errors: number, [loses, saves]: readonly [string, string] = ["loses", "saves"]): string =>
  `${errors < 0 ? saves : loses} ${count(errors)}`

/** What it means that requests are saved. */
export const note = (errors: number): string => (errors < 0 ? ", as fewer fail than without it" : "")

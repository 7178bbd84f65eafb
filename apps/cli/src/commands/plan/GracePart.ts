import * as Grace from "@ebb/plan/grace/Grace"
import * as Limits from "@ebb/plan/grace/Limits"
import { graceSecondsMost } from "@ebb/plan/grace/Periods"
import { fromMs } from "@ebb/text/Duration"
import { Effect } from "effect"
import * as GraceText from "./GraceText.ts"
import type { Progress } from "../../kit/Progress.ts"
import type { Asked, Answer, Part } from "./Part.ts"
import * as Paragraph from "./Paragraph.ts"

/**
 * What cuts the least share that can be told, and the teardown after it; null where no grace period that may be set is so long, or the
 * spec itself forces before.
 */
const wantedOf = ({ limits, periods }: Grace.Grace, teardownSeconds: number): number | null => {
  const needed = Grace.advised(periods)?.graceSeconds ?? null
  if (needed === null || Limits.isBroken(limits, Limits.forceRule)) return null
  const wanted = Math.ceil(needed + teardownSeconds)
  return wanted > graceSecondsMost ? null : wanted
}

const idle: Answer = {
  json: null,
  said: Paragraph.noAnswer("Nothing is ever in flight, so no grace period is too short."),
  details: () => [],
  set: [],
  exit: 0
}

const run = Effect.fnUntraced(function* ({ given, spec }: Asked, progress: Progress) {
  const atSeconds = given.at ?? []
  const grace = yield* Grace.plan(spec, { atSeconds }, progress.report)
  if (grace === null) return idle
  const facts = Limits.factsOf(spec, null)
  const { forcedAfterSeconds, requestTimeoutSeconds, teardownP99Seconds: teardownSeconds } = facts
  const wanted = wantedOf(grace, teardownSeconds)
  const isChanged = wanted !== null && wanted > grace.today.graceSeconds
  const times = { teardownSeconds, requestTimeoutSeconds, forcedAfterSeconds, atSeconds }
  const told = { grace, wanted, ...times, seeds: spec.run.seeds, currency: spec.prices.currency }
  return {
    json: grace,
    said: GraceText.said(told),
    details: (terminal, width) => GraceText.details(told, terminal, width),
    set: isChanged ? [`app.termination_grace_period=${fromMs(wanted * 1000)}`] : [],
    exit: 0
  } satisfies Answer
})

/** How long a grace. */
export const part: Part<"grace"> = {
  name: "grace",
  title: "Grace",
  prepare: (asked) => Effect.succeed((progress) => run(asked, progress))
}

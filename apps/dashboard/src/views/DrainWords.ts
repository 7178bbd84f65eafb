import { lostOf, type RolloutReport, type RolloutRunner } from "@ebb/core/domain/RolloutReport"
import * as Format from "@ebb/text/Format"

/** The requests that a runner left unanswered. */
export const unansweredOf = ({ errored, retried }: Pick<RolloutRunner, "errored" | "retried">): number =>
  errored + retried

/** How many were still there at the end of the grace period: where no request was, nothing was cut. */
const graceOf = (runners: ReadonlyArray<RolloutRunner>): ReadonlyArray<string> => {
  const exceeded = runners.filter(({ graceExceeded }) => graceExceeded)
  const cut = exceeded.filter((runner) => lostOf(runner) > 0).length
  const killed = exceeded.length - cut
  return [
    ...(cut === 0 ? [] : [`${cut} cut at the end of the grace period`]),
    ...(killed === 0 ? [] : [`${killed} killed at the end of the grace period with no request left`])
  ]
}

/** The runners of a rollout in a line. */
export const summary = ({
  finishedAtMs,
  runners,
  startedAtMs,
  state
}: Pick<RolloutReport, "finishedAtMs" | "runners" | "startedAtMs" | "state">): string => {
  const took =
    finishedAtMs === null || state !== "finished" ? state : `in ${Format.duration(finishedAtMs - startedAtMs)}`
  return [Format.counted(runners.length, "runner"), took, ...graceOf(runners)].join(", ")
}

import type { Change } from "@ebb/protocol/live/Board"
import type { RunnerView } from "@ebb/protocol/rest/Events"

/** What a line says of a runner. */
export const line = ({ id, inFlight, state }: Pick<RunnerView, "id" | "inFlight" | "state">): string =>
  `${id} ${state}${inFlight > 0 ? `, ${inFlight} in flight` : ""}`

/** A line for each runner that a message finds in another state; a snapshot changes nothing. */
export const of = ({ gone, isSnapshot, runners }: Change): ReadonlyArray<string> => {
  if (isSnapshot) return []
  const changed = runners.filter(({ before, now }) => before?.state !== now.state)
  return [...changed.map(({ now }) => line(now)), ...gone.map((id) => `${id} TERMINATED`)]
}

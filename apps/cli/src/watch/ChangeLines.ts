import type { Message, RunnerView } from "@ebb/protocol/rest/Events"

/** What a line says of a runner. */
export const line = ({ id, inFlight, state }: Pick<RunnerView, "id" | "inFlight" | "state">): string =>
  `${id} ${state}${inFlight > 0 ? `, ${inFlight} in flight` : ""}`

/** A line for each runner that a message finds in another state; a snapshot changes nothing. */
export const of = (message: Message, before: (id: string) => RunnerView | undefined): ReadonlyArray<string> => {
  if (message.type === "snapshot") return []
  const changed = message.runners.filter((runner) => before(runner.id)?.state !== runner.state)
  return [...changed.map(line), ...message.gone.map((id) => `${id} TERMINATED`)]
}

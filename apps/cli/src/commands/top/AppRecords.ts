import type { Change } from "@ebb/protocol/live/Board"
import type { AppView } from "@ebb/protocol/rest/Events"
import * as Format from "@ebb/text/Format"
import { counted, errorsOf, orNone } from "./AppText.ts"

/** An app at a moment, wall milliseconds since the epoch. */
export type Record = AppView & { readonly atMs: number }

/** An app in a line. */
export const line = (view: Record): string => {
  const { alias, atMs, completed, errored, inFlight, latencyMs, runners, slotsReady, waiting } = view
  const errors = errored === 0 ? "errored 0" : `errored ${Format.integer(errored)} (${errorsOf(view)})`
  const parts = [
    counted(runners, "runner"),
    `in flight ${inFlight}`,
    `waiting ${waiting}`,
    `slots ready ${slotsReady}`,
    `completed ${Format.integer(completed)}`,
    errors,
    `p50 ${orNone(latencyMs?.p50)}`,
    `p99 ${orNone(latencyMs?.p99)}`
  ]
  return `${new Date(atMs).toISOString()} ${alias}: ${parts.join(" · ")}`
}

/** The apps that changed since they were told of last. */
export class Records {
  private readonly changed = new Map<string, Record>()

  add({ apps, atMs, deleted }: Change): void {
    for (const alias of deleted) this.changed.delete(alias)
    for (const view of apps) this.changed.set(view.alias, { ...view, atMs })
  }

  drain(): ReadonlyArray<Record> {
    const all = [...this.changed.values()]
    this.changed.clear()
    return all
  }
}

import type { Board } from "@ebb/protocol/live/Board"
import type { AppView } from "@ebb/protocol/rest/Events"
import * as Format from "@ebb/text/Format"

interface NumberOf {
  readonly measure: string
  readonly label: string
  readonly value: (view: AppView) => string
  readonly isBad?: (view: AppView) => boolean
}

const time = (ms: number | undefined): string => (ms === undefined ? Format.none : Format.duration(ms))

const numbers: ReadonlyArray<NumberOf> = [
  { measure: "runners", label: "runners active", value: ({ runners }) => Format.integer(runners) },
  { measure: "inFlight", label: "in flight", value: ({ inFlight }) => Format.integer(inFlight) },
  { measure: "waiting", label: "waiting", value: ({ waiting }) => Format.integer(waiting) },
  { measure: "slotsReady", label: "slots ready", value: ({ slotsReady }) => Format.integer(slotsReady) },
  { measure: "p50", label: "latency p50", value: ({ latencyMs }) => time(latencyMs?.p50) },
  { measure: "p99", label: "latency p99", value: ({ latencyMs }) => time(latencyMs?.p99) },
  { measure: "completed", label: "completed", value: ({ completed }) => Format.integer(completed) },
  {
    measure: "errored",
    label: "errored",
    value: ({ errored }) => Format.integer(errored),
    isBad: ({ errored }) => errored > 0
  },
  { measure: "cancelled", label: "cancelled", value: ({ cancelled }) => Format.integer(cancelled) }
]

const rateText = (perSecond: number | null): string =>
  perSecond === null ? Format.none : String(+perSecond.toFixed(perSecond < 10 ? 1 : 0))

/** What is true of an app now, a tile a number. `atMs`: what the clock of the sandbox says. */
export const Numbers = ({ atMs, board: { arrivals, view } }: { readonly atMs: number; readonly board: Board }) => (
  <dl class="numbers-now" aria-label={`${view.alias} now`}>
    <div>
      <dt>requests/s</dt>
      <dd data-measure="perSecond">{rateText(arrivals.perSecond(atMs))}</dd>
    </div>
    {numbers.map(({ isBad, label, measure, value }) => (
      <div key={measure} class={isBad?.(view) === true ? "bad" : ""}>
        <dt>{label}</dt>
        <dd data-measure={measure}>{value(view)}</dd>
      </div>
    ))}
  </dl>
)

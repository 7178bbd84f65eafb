import type { When } from "@ebb/plan/when/When"
import * as Format from "@ebb/text/Format"

const hourMs = 3_600_000
const dayMs = 24 * hourMs

const clock = (atMs: number): string => {
  const day = atMs >= dayMs ? `day ${Math.floor(atMs / dayMs) + 1}, ` : ""
  const within = atMs % dayMs
  const two = (count: number): string => String(Math.floor(count)).padStart(2, "0")
  return `${day}${two(within / hourMs)}:${two((within % hourMs) / 60_000)}`
}

/** What a rollout costs at each time: a bar a step, those of the best group in another colour. */
export const DayStrip = ({ when }: { readonly when: When }) => {
  const costs = when.steps.map(({ errors, p99Ms }) => (when.by === "p99Ms" ? (p99Ms?.mean ?? 0) : errors.mean))
  const most = Math.max(1e-9, ...costs)
  const [first, last] = [when.steps[0]!, when.steps.at(-1)!]
  const what = when.by === "p99Ms" ? "p99 latency after a rollout" : "requests lost by a rollout"
  return (
    <figure class="day-strip">
      <div class="cells" role="img" aria-label={`${what}, from ${clock(first.atMs)} to ${clock(last.atMs)}`}>
        {when.steps.map(({ atMs, errors, group, p99Ms }, at) => (
          <span
            key={atMs}
            class={when.matters && group === 1 ? "best" : ""}
            style={{ height: `${Math.max(2, (costs[at]! / most) * 100)}%` }}
            title={`${clock(atMs)}: ${Format.count(errors)} requests lost${p99Ms === null ? "" : `, p99 ${Format.durationOf(p99Ms)}`}`}
          />
        ))}
      </div>
      <figcaption class="quiet small">
        <span>{clock(first.atMs)}</span>
        <span>
          {what}
          {when.matters ? "; green: the best" : ""}
        </span>
        <span>{clock(last.atMs)}</span>
      </figcaption>
    </figure>
  )
}

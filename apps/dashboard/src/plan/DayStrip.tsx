import * as Bars from "@ebb/plan/when/Bars"
import type { When } from "@ebb/plan/when/When"
import * as Format from "@ebb/text/Format"

const hourMs = 3_600_000
const dayMs = 24 * hourMs

/** The time of day; the end of the first day is no other day yet. */
const clock = (atMs: number): string => {
  if (atMs === dayMs) return "24:00"
  const day = atMs > dayMs ? `day ${Math.floor(atMs / dayMs) + 1}, ` : ""
  const within = atMs % dayMs
  const two = (count: number): string => String(Math.floor(count)).padStart(2, "0")
  return `${day}${two(within / hourMs)}:${two((within % hourMs) / 60_000)}`
}

/** The quarters of what is shown, at full steps. */
const ticksOf = (fromMs: number, toMs: number): ReadonlyArray<{ readonly atMs: number; readonly share: number }> => {
  const spanMs = toMs - fromMs
  const stepMs = [hourMs, 3 * hourMs, 6 * hourMs, 12 * hourMs, dayMs].find((step) => spanMs / step <= 4.5) ?? 2 * dayMs
  const firstMs = Math.ceil(fromMs / stepMs) * stepMs
  const count = spanMs <= 0 ? 0 : Math.max(0, Math.floor((toMs - firstMs) / stepMs) + 1)
  const atMsOf = Array.from({ length: count }, (_, at) => firstMs + at * stepMs)
  return atMsOf.map((atMs) => ({ atMs, share: (atMs - fromMs) / spanMs }))
}

type Step = When["steps"][number]

/** A rollout may save requests: then fewer fail than without it. */
const lossOf = ({ high, low, mean, n }: Step["errors"]): string =>
  mean < 0
    ? `${Format.count({ mean: -mean, low: -high, high: -low, n })} requests saved`
    : `${Format.count({ mean, low, high, n })} requests lost`

const titleOf = ({ atMs, errors, p99Ms }: Step): string =>
  `${clock(atMs)}: ${lossOf(errors)}, p99 ${p99Ms === null ? "not known" : Format.durationOf(p99Ms)}`

const classOf = ({ group, p99Ms }: Step, when: When): string => {
  if (p99Ms === null && Bars.shownBy(when) === "p99Ms") return "unknown"
  return when.matters === true && group === 1 ? "best" : ""
}

/** What a rollout costs at each time: a bar a step, those of the best group in another colour. */
export const DayStrip = ({ when }: { readonly when: When }) => {
  const byErrors = Bars.shownBy(when) === "errors"
  const saved = byErrors ? Bars.savedMost(when) : 0
  const costs = Bars.heights(when)
  const most = Math.max(1e-9, ...costs)
  const [first, last] = [when.steps[0]!, when.steps.at(-1)!]
  const count = (value: number): string => Format.count({ mean: value, low: value, high: value, n: 1 })
  const mostText = byErrors ? count(Math.max(0, most - saved)) : Format.duration(most)
  const what = byErrors ? "Requests lost by a rollout" : "P99 latency after a rollout"
  return (
    <figure class="day-strip">
      <div class="cells" role="img" aria-label={`${what}, from ${clock(first.atMs)} to ${clock(last.atMs)}`}>
        {when.steps.map((step, at) => (
          <span
            key={step.atMs}
            class={classOf(step, when)}
            style={{ height: `${Math.max(2, (costs[at]! / most) * 100)}%` }}
            title={titleOf(step)}
          />
        ))}
      </div>
      <div class="quiet small hours" aria-hidden="true">
        {ticksOf(first.atMs, last.atMs).map(({ atMs, share }) => (
          <span key={atMs} style={{ left: `${share * 100}%`, transform: `translateX(-${share * 100}%)` }}>
            {clock(atMs)}
          </span>
        ))}
      </div>
      <figcaption class="quiet small">
        {what}, at most {mostText}
        {saved > 0 ? `; the lowest bar: ${count(saved)} saved` : ""}
        {when.matters === true ? "; green: the best times" : ""}
        {when.steps.some((step) => classOf(step, when) === "unknown") ? "; without a bar: not known" : ""}
      </figcaption>
    </figure>
  )
}

import type { RolloutReport } from "@ebb/core/domain/RolloutReport"
import type { RolloutSummary } from "@ebb/protocol/rest/Shapes"
import * as Format from "@ebb/text/Format"
import { useMemo } from "preact/hooks"
import type { Drains } from "@ebb/protocol/live/Drains"
import type { LaneData as Drawn } from "./Lane.ts"
import * as LaneData from "./LaneData.ts"
import { styles } from "./LaneStyles.ts"
import { LaneView } from "./LaneView.tsx"
import { RolloutLaneView } from "./RolloutLaneView.tsx"
import type { MeasureName, Series } from "@ebb/protocol/live/Series"
import type { Span } from "./TimeAxis.ts"

interface Props {
  readonly summary: RolloutSummary
  readonly report: RolloutReport
  /** The app over the last minutes. */
  readonly series: Series
  readonly drains: Drains
  /** Milliseconds of the report for each of the wall. */
  readonly speed: number
  /** Until when there is something to know. */
  readonly nowMs: number
}

const aroundLeastMs = 5000

/** How long it took until the slots were back, or has taken until now. */
const tookOf = ({ nowMs, report, speed, summary }: Props): number => {
  const { capacity, finishedAtMs, startedAtMs } = report
  const isOver = finishedAtMs !== null && capacity.recoveryMs !== null
  if (!isOver) return Math.max(1, nowMs - Date.parse(summary.startedAt))
  return Math.max(finishedAtMs - startedAtMs, capacity.recoveryMs) / speed
}

const spanOf = (startMs: number, tookMs: number, nowMs: number): Span => {
  const aroundMs = Math.max(aroundLeastMs, tookMs / 3)
  return { fromMs: startMs - aroundMs, toMs: Math.min(startMs + tookMs + aroundMs, Math.max(nowMs, startMs + tookMs)) }
}

const peakOf = (column: ReadonlyArray<number | null>): number =>
  column.reduce<number>((most, value) => Math.max(most, value ?? 0), 0)

const lanes = [
  ["Slots ready", "slotsReady"],
  ["In flight", "inFlight"],
  ["Waiting", "waiting"]
] as const

/** What is worth knowing of each: what the report has measured to the moment, or else what is drawn. */
const noteOf = (name: MeasureName, { report }: Props, data: Drawn): readonly [number: number, words: string] => {
  if (name === "slotsReady") return [report.capacity.slotsReadyLowest, "lowest"]
  if (name === "inFlight") return [report.inFlight.atStart, "at the rollout"]
  return [peakOf(data.columns[0]!), "at the peak"]
}

/** The app around a rollout, on one axis of time with the drain of each runner; nothing where nobody remembers. */
export const RolloutTimes = (props: Props) => {
  const { drains, nowMs, series, summary } = props
  const startMs = Date.parse(summary.startedAt)
  const tookMs = tookOf(props)
  const { fromMs, toMs } = spanOf(startMs, tookMs, nowMs)
  const drawn = useMemo(() => {
    const span: Span = { fromMs, toMs }
    const counts = lanes.map(([title, name]) => ({ title, name, data: LaneData.steps(series, [name], span, true) }))
    return { span, counts, errors: LaneData.rises(series, "errored", span) }
  }, [series, series.atMs.length, fromMs, toMs])
  const { counts, errors, span } = drawn
  if ((series.atMs[0] ?? Infinity) > startMs + tookMs) return null
  const errored = errors.columns[0]!.reduce<number>((sum, value) => sum + (value ?? 0), 0)
  return (
    <section class="card charts" aria-labelledby="around">
      <h2 id="around">Around the rollout</h2>
      {counts.map(({ data, name, title }) => {
        const [number, words] = noteOf(name, props, data)
        return (
          <LaneView
            key={name}
            title={title}
            described={`${title} around the rollout, ${number} ${words}`}
            style={styles[name]}
            data={data}
            span={span}
          >
            <strong>{Format.integer(number)}</strong> <span class="quiet">{words}</span>
          </LaneView>
        )
      })}
      <LaneView
        title="Errors"
        described={`Errors around the rollout, ${errored} in all`}
        style={styles.errors}
        data={errors}
        span={span}
      >
        <strong>{Format.integer(errored)}</strong> <span class="quiet">in this time</span>
      </LaneView>
      <RolloutLaneView rollouts={[summary]} drains={drains} span={span} />
    </section>
  )
}

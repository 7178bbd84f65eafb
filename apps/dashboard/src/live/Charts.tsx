import type { RolloutSummary } from "@ebb/protocol/rest/Shapes"
import * as Format from "@ebb/text/Format"
import type { ComponentChildren } from "preact"
import { useEffect, useMemo, useState } from "preact/hooks"
import type { Board } from "@ebb/protocol/live/Board"
import { useClock } from "./Hooks.ts"
import * as LaneData from "./LaneData.ts"
import { styles } from "./LaneStyles.ts"
import { LaneView } from "./LaneView.tsx"
import { mayReach } from "./RolloutLane.ts"
import { RolloutLaneView } from "./RolloutLaneView.tsx"
import type { Store } from "./Store.ts"
import type { Span } from "./TimeAxis.ts"

interface Props {
  readonly store: Store
  readonly board: Board
  readonly rollouts: ReadonlyArray<RolloutSummary>
}

const redrawMs = 250
const minuteMs = 60_000
const windows = [1, 5, 15]

/** Of a young app a minute, until there is enough to fill more. */
const fitting = ({ series }: Board, toMs: number): number => (toMs - (series.atMs[0] ?? toMs) < 3 * minuteMs ? 1 : 5)

const Swatch = ({ colour, dashed = false }: { readonly colour: string; readonly dashed?: boolean }) => (
  <span class={`line-swatch${dashed ? " dashed" : ""}`} style={{ borderTopColor: `var(${colour})` }} />
)

const ErrorTypes = ({ board: { view } }: { readonly board: Board }) => {
  const types = Object.entries(view.errorsByType)
  return (
    <span class="error-types">
      {types.length === 0
        ? "none since the start"
        : types.map(([type, count]) => (
            <span key={type}>
              <span data-error={type}>{Format.integer(count)}</span> <span class="quiet">{type}</span>{" "}
            </span>
          ))}
    </span>
  )
}

/** What to do where nothing is to be seen yet. */
const FirstRequests = ({ alias }: { readonly alias: string }) => (
  <span class="quiet">
    · no request yet; <code>ebb load {alias}</code> sends some
  </span>
)

const describe = (name: string, value: string, minutes: number): string =>
  `${name} over the last ${minutes === 1 ? "minute" : `${minutes} minutes`}, now ${value}`

interface TimeShownProps {
  readonly minutes: number
  readonly onMinutes: (minutes: number) => void
}

const TimeShown = ({ minutes, onMinutes }: TimeShownProps) => (
  <div role="group" aria-label="Time shown" class="choices">
    {windows.map((one) => (
      <button key={one} type="button" aria-pressed={one === minutes} onClick={() => onMinutes(one)}>
        {one} min
      </button>
    ))}
  </div>
)

const lanesOf = ({ series }: Board, span: Span, isLive: boolean) => ({
  span,
  inFlight: LaneData.steps(series, ["inFlight"], span, isLive),
  waiting: LaneData.steps(series, ["waiting"], span, isLive),
  slotsReady: LaneData.steps(series, ["slotsReady"], span, isLive),
  latency: LaneData.steps(series, ["p50Ms", "p99Ms"], span, isLive),
  errors: LaneData.rises(series, "errored", span)
})

/** What runners did that ended before this page was open is in the report of their rollout. */
const useEarlierDrains = (store: Store, rollouts: ReadonlyArray<RolloutSummary>, span: Span): void => {
  const { boards, link, speed } = store
  const untold = mayReach(rollouts, span).flatMap(({ id }) => (boards.drains.isTold(id) ? [] : [id]))
  const isReadable = link === "live" && speed !== null
  useEffect(() => {
    if (isReadable) store.wantReports(untold)
  }, [untold.join(), isReadable])
}

/** The last minutes of an app: what was in flight, waited and was ready, how long answers took, and what was rolled out. */
export const Charts = ({ board, rollouts, store }: Props) => {
  const { boards } = store
  const isLive = store.link === "live"
  const [chosen, setMinutes] = useState<number | null>(null)
  const nowMs = useClock(redrawMs)
  const toMs = boards.atMs(nowMs)
  const minutes = chosen ?? fitting(board, toMs)
  const drawn = useMemo(
    () => lanesOf(board, { fromMs: toMs - minutes * minuteMs, toMs }, isLive),
    [board, nowMs, minutes, isLive]
  )
  const { span } = drawn
  useEarlierDrains(store, rollouts, span)
  const { accepted, alias, inFlight, latencyMs, slotsReady, waiting } = board.view
  const p50 = latencyMs === null ? Format.none : Format.duration(latencyMs.p50)
  const p99 = latencyMs === null ? Format.none : Format.duration(latencyMs.p99)
  const lane = (
    title: string,
    name: "inFlight" | "waiting" | "slotsReady",
    value: number,
    more: ComponentChildren = null
  ) => (
    <LaneView
      title={title}
      described={describe(title, String(value), minutes)}
      style={styles[name]}
      data={drawn[name]}
      span={span}
    >
      <strong>{Format.integer(value)}</strong> {more}
    </LaneView>
  )
  return (
    <section class="card charts" aria-labelledby="charts">
      <div class="charts-head">
        <h2 id="charts">The last minutes</h2>
        <TimeShown minutes={minutes} onMinutes={setMinutes} />
      </div>
      {lane("In flight", "inFlight", inFlight, accepted === 0 ? <FirstRequests alias={alias} /> : null)}
      {lane("Waiting", "waiting", waiting)}
      {lane("Slots ready", "slotsReady", slotsReady)}
      <LaneView
        title="Latency"
        described={describe("Latency", `p50 ${p50}, p99 ${p99}`, minutes)}
        style={styles.latency}
        data={drawn.latency}
        span={span}
      >
        <Swatch colour="--accent" /> p50 <strong>{p50}</strong> <Swatch colour="--force" dashed /> p99{" "}
        <strong>{p99}</strong>
      </LaneView>
      <LaneView
        title="Errors"
        described={describe("Errors", `${board.view.errored} since the start`, minutes)}
        style={styles.errors}
        data={drawn.errors}
        span={span}
      >
        <ErrorTypes board={board} />
      </LaneView>
      <RolloutLaneView rollouts={rollouts} drains={boards.drains} span={span} />
    </section>
  )
}

import type { RolloutSummary } from "@ebb/protocol/rest/Shapes"
import { useEffect, useRef } from "preact/hooks"
import { keepPainted } from "../views/Repaint.ts"
import type { Drains } from "@ebb/protocol/live/Drains"
import { isUnknown, place, RolloutPainter, unknownBars } from "./RolloutLane.ts"
import { toRollout } from "./Route.ts"
import { plural } from "./RunnerWords.ts"
import type { Span } from "./TimeAxis.ts"

interface Props {
  readonly rollouts: ReadonlyArray<RolloutSummary>
  readonly drains: Drains
  readonly span: Span
}

/** Rollouts on the axis of the charts above; a click on one opens its report. */
export const RolloutLaneView = ({ drains, rollouts, span }: Props) => {
  const canvas = useRef<HTMLCanvasElement>(null)
  const painter = useRef<RolloutPainter | null>(null)
  const placed = place(rollouts, drains, span)
  const latest = useRef(() => {})
  latest.current = () => painter.current?.paint(placed, span)
  useEffect(() => {
    painter.current = new RolloutPainter(canvas.current!)
    const paint = (): void => latest.current()
    const sizes = new ResizeObserver(paint)
    sizes.observe(canvas.current!.parentElement!)
    const forget = keepPainted({ repaint: paint, paper: paint })
    return () => {
      sizes.disconnect()
      forget()
    }
  }, [])
  useEffect(() => latest.current())
  const onClick = ({ offsetY }: MouseEvent): void => {
    const found = placed.find(({ heightPx, topPx }) => offsetY >= topPx && offsetY < topPx + heightPx)
    if (found !== undefined) location.hash = toRollout(found.rollout.id)
  }
  const described = placed.map(({ drains: bars, rollout }) => {
    if (isUnknown(rollout, bars)) return `${rollout.id} ${rollout.state}, ${unknownBars}`
    const cut = bars.filter(({ fate }) => fate === "cut").length
    return `${rollout.id} ${rollout.state}, ${plural(bars.length, "runner")}, ${cut} cut`
  })
  return (
    <figure class="lane">
      <figcaption>
        <span class="lane-title">Rollouts</span>{" "}
        <span class="quiet">
          {placed.length === 0
            ? "none in this time"
            : "a bar for each runner, from its signal to its last request; green: drained, red with a cross: cut"}
        </span>
      </figcaption>
      <div class="rollout-lane" role="img" aria-label={`Rollouts over time: ${described.join("; ") || "none"}`}>
        <canvas ref={canvas} aria-hidden="true" onClick={onClick} />
      </div>
    </figure>
  )
}

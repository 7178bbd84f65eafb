import { rolled } from "@ebb/core/domain/ModeWords"
import type { RolloutSummary } from "@ebb/protocol/rest/Shapes"
import type { Drain, Drains } from "@ebb/protocol/live/Drains"
import { leftPx, rightPx, type Span, ticks, tickText } from "./TimeAxis.ts"

const headPx = 16
const rowMaxPx = 10
const barsMaxPx = 120
const betweenPx = 6
const axisPx = 20

/** A rollout and where it lies in the lane; pixels of the page. */
export interface PlacedRollout {
  readonly rollout: RolloutSummary
  readonly drains: ReadonlyArray<Drain>
  readonly topPx: number
  readonly rowPx: number
  readonly heightPx: number
}

const endOf = (drains: ReadonlyArray<Drain>, { startedAt }: RolloutSummary, nowMs: number): number =>
  drains.reduce((end, { endMs }) => Math.max(end, endMs ?? nowMs), Date.parse(startedAt))

const isIn = (rollout: RolloutSummary, drains: ReadonlyArray<Drain>, span: Span): boolean =>
  Date.parse(rollout.startedAt) <= span.toMs && endOf(drains, rollout, span.toMs) >= span.fromMs

/** Those that may have bars in a time, newest first as they all are: the last one before it may reach into it. */
export const mayReach = (rollouts: ReadonlyArray<RolloutSummary>, { fromMs }: Span): ReadonlyArray<RolloutSummary> => {
  const before = rollouts.findIndex(({ startedAt }) => Date.parse(startedAt) < fromMs)
  return before === -1 ? rollouts : rollouts.slice(0, before + 1)
}

/** The rollouts of a time one below the other, newest first, each with a row a runner. */
export const place = (
  rollouts: ReadonlyArray<RolloutSummary>,
  all: Drains,
  span: Span
): ReadonlyArray<PlacedRollout> => {
  let topPx = 0
  const placed: Array<PlacedRollout> = []
  for (const rollout of rollouts) {
    const drains = all
      .of(rollout.id)
      .toSorted((a, b) => a.startMs - b.startMs || (a.endMs ?? Infinity) - (b.endMs ?? Infinity))
    if (!isIn(rollout, drains, span)) continue
    const rowPx = Math.min(rowMaxPx, barsMaxPx / Math.max(1, drains.length))
    const heightPx = headPx + rowPx * drains.length
    placed.push({ rollout, drains, topPx, rowPx, heightPx })
    topPx += heightPx + betweenPx
  }
  return placed
}

/** Height of a lane with those in it. */
const heightOf = (placed: ReadonlyArray<PlacedRollout>): number => {
  const last = placed.at(-1)
  return (last === undefined ? 0 : last.topPx + last.heightPx + betweenPx) + axisPx
}

/** What stands for the bars of runners of which nobody has told. */
export const unknownBars = "what its runners did is not known"

export const isUnknown = ({ runners }: RolloutSummary, drains: ReadonlyArray<Drain>): boolean =>
  drains.length === 0 && runners > 0

const colours = {
  waiting: "--line",
  draining: "--state-draining",
  drained: "--drained",
  cut: "--errored",
  unknown: "--cancelled"
} as const

/** Draws rollouts as bars, one a runner from its signal to its end, over the axis of time that all lanes share. */
export class RolloutPainter {
  private readonly canvas: HTMLCanvasElement
  private readonly ctx: CanvasRenderingContext2D

  constructor(canvas: HTMLCanvasElement) {
    this.canvas = canvas
    this.ctx = canvas.getContext("2d")!
  }

  paint(placed: ReadonlyArray<PlacedRollout>, span: Span): void {
    const width = this.canvas.parentElement?.clientWidth ?? 0
    const height = heightOf(placed)
    this.size(width, height)
    const style = getComputedStyle(this.canvas)
    const colour = (name: string): string => style.getPropertyValue(name).trim()
    const x = (ms: number): number =>
      leftPx + ((ms - span.fromMs) / (span.toMs - span.fromMs)) * (width - leftPx - rightPx)
    this.drawAxis(span, width, height, x, colour)
    this.ctx.save()
    this.ctx.beginPath()
    this.ctx.rect(leftPx, 0, width - leftPx - rightPx, height - axisPx)
    this.ctx.clip()
    for (const one of placed) this.drawRollout(one, span, x, colour)
    this.ctx.restore()
  }

  private size(width: number, height: number): void {
    const scale = devicePixelRatio
    this.canvas.width = width * scale
    this.canvas.height = height * scale
    this.canvas.style.width = `${width}px`
    this.canvas.style.height = `${height}px`
    this.ctx.setTransform(scale, 0, 0, scale, 0, 0)
  }

  private drawAxis(
    span: Span,
    width: number,
    height: number,
    x: (ms: number) => number,
    colour: (name: string) => string
  ): void {
    const { ctx } = this
    ctx.strokeStyle = colour("--grid")
    ctx.fillStyle = colour("--quiet")
    ctx.font = "11px system-ui, 'DejaVu Sans', sans-serif"
    ctx.textAlign = "center"
    ctx.lineWidth = 1
    for (const atMs of ticks(span, width)) {
      ctx.beginPath()
      ctx.moveTo(x(atMs), 0)
      ctx.lineTo(x(atMs), height - axisPx + 2)
      ctx.stroke()
      if (x(atMs) < leftPx + 16) continue
      ctx.fillText(tickText(atMs), Math.min(x(atMs), width - 24), height - 5)
    }
  }

  private drawRollout(
    one: PlacedRollout,
    span: Span,
    x: (ms: number) => number,
    colour: (name: string) => string
  ): void {
    const { ctx } = this
    const { drains, rollout, rowPx, topPx } = one
    const { errored, escalatedAt, id, mode } = rollout
    const startPx = x(Date.parse(rollout.startedAt))
    ctx.fillStyle = colour(`--${mode}`)
    ctx.fillRect(startPx - 1, topPx, 2, one.heightPx)
    ctx.font = "600 11px system-ui, 'DejaVu Sans', sans-serif"
    const counted = errored > 0 ? `, ${errored} errored` : ""
    const missing = isUnknown(rollout, drains) ? `: ${unknownBars}` : ""
    const text = `${id} ${rolled(mode, escalatedAt !== undefined)}${counted}${missing}`
    const isLeft = startPx + 8 + ctx.measureText(text).width > x(span.toMs)
    ctx.textAlign = isLeft ? "right" : "left"
    ctx.fillText(text, isLeft ? startPx - 6 : Math.max(startPx + 6, leftPx + 4), topPx + 11)
    drains.forEach((drain, row) => this.drawDrain(drain, topPx + headPx + row * rowPx, rowPx, span, x, colour))
  }

  private drawDrain(
    { endMs, fate, startMs }: Drain,
    topPx: number,
    rowPx: number,
    span: Span,
    x: (ms: number) => number,
    colour: (name: string) => string
  ): void {
    if (fate === "waiting") return
    const { ctx } = this
    const height = rowPx > 3 ? rowPx - 2 : rowPx
    const left = x(startMs)
    const width = Math.max(3, x(endMs ?? span.toMs) - left)
    ctx.fillStyle = colour(colours[fate])
    ctx.fillRect(left, topPx, width, height)
    // What was cut is told apart without its colour: a cross at the end of its bar.
    if (fate !== "cut" || rowPx < 5) return
    ctx.strokeStyle = colour("--errored")
    ctx.lineWidth = 1.5
    ctx.beginPath()
    ctx.moveTo(left + width + 2, topPx)
    ctx.lineTo(left + width + 2 + height, topPx + height)
    ctx.moveTo(left + width + 2 + height, topPx)
    ctx.lineTo(left + width + 2, topPx + height)
    ctx.stroke()
  }
}

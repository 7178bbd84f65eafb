import type { RunnerView } from "@ebb/protocol/rest/Events"
import type { Board } from "@ebb/protocol/live/Board"
import { Cells } from "./CellPatterns.ts"
import { fit, type GridLayout, numberSizeMin, placeOf } from "./GridLayout.ts"
import { lookOf } from "./States.ts"

/** Space that a grid may take, in pixels of the page. */
const heightMaxPx = 520

const keyOf = (runner: RunnerView | undefined): string =>
  runner === undefined ? "" : `${lookOf(runner)}${runner.inFlight}`

/** Height of a number in its cell, by its length. */
const fontShares: Readonly<Record<number, number>> = { 1: 0.66, 2: 0.54, 3: 0.42 }

/** Draws the runners of an app into a canvas, and of those only the ones that changed. */
export class GridPainter {
  private readonly canvas: HTMLCanvasElement
  private readonly ctx: CanvasRenderingContext2D
  private cells: Cells | null = null
  private keys: Array<string> = []
  private widthPx = 0
  layout: GridLayout

  constructor(canvas: HTMLCanvasElement) {
    this.canvas = canvas
    this.ctx = canvas.getContext("2d")!
    this.layout = fit(0, 0, heightMaxPx)
  }

  /** Draws it all at the next paint: other colours, another width. */
  forget(): void {
    this.cells = null
  }

  paint({ places, runners }: Board): void {
    const widthPx = this.canvas.parentElement?.clientWidth ?? 0
    const layout = fit(places.cells.length, widthPx, heightMaxPx)
    const isSame = layout.sizePx === this.layout.sizePx && layout.heightPx === this.layout.heightPx
    if (this.cells === null || !isSame || widthPx !== this.widthPx) this.begin(layout, widthPx)
    const count = Math.max(places.cells.length, this.keys.length)
    for (let cell = 0; cell < count; cell++) {
      const runner = runners.get(places.cells[cell] ?? "")
      const key = keyOf(runner)
      if (this.keys[cell] === key) continue
      this.keys[cell] = key
      this.draw(cell, runner)
    }
  }

  private begin(layout: GridLayout, widthPx: number): void {
    const scale = devicePixelRatio
    this.layout = layout
    this.widthPx = widthPx
    this.keys = []
    this.cells = new Cells(this.canvas, layout.sizePx, scale)
    this.canvas.width = widthPx * scale
    this.canvas.height = layout.heightPx * scale
    this.canvas.style.width = `${widthPx}px`
    this.canvas.style.height = `${layout.heightPx}px`
    this.ctx.setTransform(scale, 0, 0, scale, 0, 0)
    this.ctx.textAlign = "center"
    this.ctx.textBaseline = "middle"
  }

  private draw(cell: number, runner: RunnerView | undefined): void {
    const { cells, ctx } = this
    const { sizePx } = this.layout
    const { x, y } = placeOf(this.layout, cell)
    ctx.clearRect(x, y, sizePx, sizePx)
    if (cells === null) return
    if (runner === undefined) return this.drawGap(x, y)
    ctx.drawImage(cells.of(lookOf(runner)), x, y, sizePx, sizePx)
    if (runner.inFlight > 0 && sizePx >= numberSizeMin) this.drawNumber(x, y, runner, cells)
  }

  /** Nobody is here any more, or not yet. */
  private drawGap(x: number, y: number): void {
    const { sizePx } = this.layout
    this.ctx.fillStyle = this.cells!.colour("--line")
    const dot = Math.max(1.5, sizePx / 10)
    this.ctx.fillRect(x + (sizePx - dot) / 2, y + (sizePx - dot) / 2, dot, dot)
  }

  private drawNumber(x: number, y: number, runner: RunnerView, cells: Cells): void {
    const { ctx } = this
    const { sizePx } = this.layout
    const text = runner.inFlight > 99 ? "99+" : String(runner.inFlight)
    const fontPx = Math.round(Math.min(15, sizePx * (fontShares[text.length] ?? 0.4)))
    const isFull = lookOf(runner) === "RUNNING"
    ctx.font = `600 ${fontPx}px system-ui, "DejaVu Sans", sans-serif`
    if (!isFull) {
      const plate = Math.min(sizePx - 4, fontPx * 0.66 * text.length + 4)
      ctx.fillStyle = cells.colour("--card")
      ctx.fillRect(x + (sizePx - plate) / 2, y + (sizePx - fontPx) / 2 - 1, plate, fontPx + 2)
    }
    ctx.fillStyle = cells.colour(isFull ? "--on-running" : "--text")
    ctx.fillText(text, x + sizePx / 2, y + sizePx / 2 + 0.5)
  }
}

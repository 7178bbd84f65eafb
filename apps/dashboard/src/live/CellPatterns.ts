import { type LookName, look, type Pattern } from "./States.ts"

type Context = CanvasRenderingContext2D

const spaced = (size: number, step: number, draw: (at: number) => void): void => {
  for (let at = step / 2; at < size; at += step) draw(at)
}

const line = (ctx: Context, x1: number, y1: number, x2: number, y2: number): void => {
  ctx.beginPath()
  ctx.moveTo(x1, y1)
  ctx.lineTo(x2, y2)
  ctx.stroke()
}

const diagonals = (ctx: Context, size: number, step: number): void => {
  for (let at = -size; at < size * 2; at += step) line(ctx, at, size, at + size, 0)
}

/** What stands inside the edge of a cell; `px` is one pixel of the page. */
const inside: Readonly<Record<Pattern, (ctx: Context, size: number, px: number) => void>> = {
  empty: () => {},
  dots: (ctx, size, px) =>
    spaced(size, Math.max(4 * px, size / 5), (x) =>
      spaced(size, Math.max(4 * px, size / 5), (y) => ctx.fillRect(x - px / 2, y - px / 2, 1.5 * px, 1.5 * px))
    ),
  lines: (ctx, size, px) => spaced(size, Math.max(3 * px, size / 6), (y) => line(ctx, 0, y, size, y)),
  plain: (ctx, size) => {
    ctx.globalAlpha = 0.18
    ctx.fillRect(0, 0, size, size)
  },
  full: (ctx, size) => ctx.fillRect(0, 0, size, size),
  corner: (ctx, size) => {
    ctx.beginPath()
    ctx.moveTo(0, 0)
    ctx.lineTo(size, 0)
    ctx.lineTo(0, size)
    ctx.fill()
  },
  stripes: (ctx, size, px) => {
    ctx.globalAlpha = 0.25
    ctx.fillRect(0, 0, size, size)
    ctx.globalAlpha = 1
    ctx.lineWidth = Math.max(1.5 * px, size / 14)
    diagonals(ctx, size, Math.max(4 * px, size / 5))
  },
  hatch: (ctx, size, px) => {
    const step = Math.max(4 * px, size / 5)
    diagonals(ctx, size, step)
    ctx.translate(size, 0)
    ctx.scale(-1, 1)
    diagonals(ctx, size, step)
  },
  cross: (ctx, size, px) => {
    ctx.lineWidth = Math.max(1.5 * px, size / 10)
    line(ctx, size * 0.2, size * 0.2, size * 0.8, size * 0.8)
    line(ctx, size * 0.8, size * 0.2, size * 0.2, size * 0.8)
  }
}

/** Cells drawn once in each look, to be copied: colours of the element's theme, `sizePx` of the page, `scale` of the screen. */
export class Cells {
  readonly sizePx: number
  private readonly scale: number
  private readonly style: CSSStyleDeclaration
  private readonly drawn = new Map<LookName, HTMLCanvasElement>()

  constructor(element: Element, sizePx: number, scale: number) {
    this.style = getComputedStyle(element)
    this.sizePx = sizePx
    this.scale = scale
  }

  colour(name: string): string {
    return this.style.getPropertyValue(name).trim()
  }

  of(name: LookName): HTMLCanvasElement {
    const found = this.drawn.get(name) ?? this.draw(name)
    this.drawn.set(name, found)
    return found
  }

  private draw(name: LookName): HTMLCanvasElement {
    const size = this.sizePx * this.scale
    const canvas = document.createElement("canvas")
    canvas.width = size
    canvas.height = size
    const ctx = canvas.getContext("2d")!
    const { colour, pattern } = look(name)
    ctx.beginPath()
    ctx.roundRect(0, 0, size, size, Math.min(4, this.sizePx / 6) * this.scale)
    ctx.clip()
    ctx.fillStyle = this.colour(colour)
    ctx.strokeStyle = ctx.fillStyle
    ctx.lineWidth = this.scale
    ctx.save()
    inside[pattern](ctx, size, this.scale)
    ctx.restore()
    const edge = (this.sizePx >= 16 ? 1.5 : 1) * this.scale
    ctx.lineWidth = edge * 2
    if (pattern === "empty") ctx.setLineDash([3 * this.scale, 2 * this.scale])
    ctx.beginPath()
    ctx.roundRect(0, 0, size, size, Math.min(4, this.sizePx / 6) * this.scale)
    ctx.stroke()
    return canvas
  }
}

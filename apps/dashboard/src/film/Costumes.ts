import type { Costume } from "./Actors.ts"

/** The custom property with the colour of each costume; its shape says the same without colour. */
const colours: Readonly<Record<Costume, string>> = {
  waiting: "--quiet",
  working: "--accent",
  again: "--retried",
  drained: "--drained",
  answered: "--accent",
  failed: "--errored",
  cancelled: "--cancelled"
}

type Shape = (ctx: CanvasRenderingContext2D, radius: number) => void

const round: Shape = (ctx, radius) => {
  ctx.arc(0, 0, radius, 0, Math.PI * 2)
  ctx.fill()
}

const ring: Shape = (ctx, radius) => {
  ctx.arc(0, 0, radius * 0.75, 0, Math.PI * 2)
  ctx.lineWidth = radius * 0.5
  ctx.stroke()
}

const diamond: Shape = (ctx, radius) => {
  ctx.moveTo(0, -radius)
  ctx.lineTo(radius, 0)
  ctx.lineTo(0, radius)
  ctx.lineTo(-radius, 0)
  ctx.fill()
}

const cross: Shape = (ctx, radius) => {
  const arm = radius * 0.8
  ctx.lineWidth = Math.max(1.2, radius * 0.55)
  ctx.moveTo(-arm, -arm)
  ctx.lineTo(arm, arm)
  ctx.moveTo(arm, -arm)
  ctx.lineTo(-arm, arm)
  ctx.stroke()
}

const shapes: Readonly<Record<Costume, Shape>> = {
  waiting: ring,
  working: round,
  again: diamond,
  drained: round,
  answered: round,
  failed: cross,
  cancelled: ring
}

/** Requests drawn once in each costume, to be copied into every frame. */
export class Costumes {
  private readonly style: CSSStyleDeclaration
  private readonly radius: number
  private readonly scale: number
  private readonly drawn = new Map<Costume, HTMLCanvasElement>()

  constructor(element: Element, radius: number, scale: number) {
    this.style = getComputedStyle(element)
    this.radius = radius
    this.scale = scale
  }

  colour(name: string): string {
    return this.style.getPropertyValue(name).trim()
  }

  of(costume: Costume): HTMLCanvasElement {
    const found = this.drawn.get(costume) ?? this.draw(costume)
    this.drawn.set(costume, found)
    return found
  }

  private draw(costume: Costume): HTMLCanvasElement {
    const canvas = document.createElement("canvas")
    const half = Math.ceil((this.radius + 1) * this.scale)
    canvas.width = half * 2
    canvas.height = half * 2
    const ctx = canvas.getContext("2d")!
    ctx.translate(half, half)
    ctx.fillStyle = this.colour(colours[costume])
    ctx.strokeStyle = ctx.fillStyle
    ctx.beginPath()
    shapes[costume](ctx, this.radius * this.scale)
    return canvas
  }
}

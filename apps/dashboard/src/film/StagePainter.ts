import { RunnerScene } from "@ebb/sim/film/Film"
import type { Actors } from "./Actors.ts"
import { Costumes } from "./Costumes.ts"
import type { Box, Geometry } from "./Geometry.ts"
import type { Script, Seat, Spell } from "./Script.ts"

/** So long in milliseconds of the wall a runner is still seen that has ended, and one that was killed. */
const endedMs = 350
const cutMs = 1100

const colours: Readonly<Record<RunnerScene, string>> = {
  [RunnerScene.starting]: "--quiet",
  [RunnerScene.ready]: "--accent",
  [RunnerScene.marked]: "--retried",
  [RunnerScene.draining]: "--retried",
  [RunnerScene.ended]: "--quiet",
  [RunnerScene.cut]: "--errored"
}

/** Draws a moment of one mode on its canvas. */
export class StagePainter {
  private readonly ctx: CanvasRenderingContext2D
  private readonly script: Script
  private readonly geometry: Geometry
  private readonly scale: number
  private costumes: Costumes
  private hatch: CanvasPattern | null = null

  constructor(canvas: HTMLCanvasElement, script: Script, geometry: Geometry, scale: number) {
    canvas.width = Math.round(geometry.width * scale)
    canvas.height = Math.round(geometry.height * scale)
    this.ctx = canvas.getContext("2d")!
    this.script = script
    this.geometry = geometry
    this.scale = scale
    this.costumes = new Costumes(canvas, geometry.dot, scale)
    this.hatch = this.hatched()
  }

  /** The stripes of a runner that drains. */
  private hatched(): CanvasPattern | null {
    const tile = document.createElement("canvas")
    const size = Math.round(6 * this.scale)
    tile.width = size
    tile.height = size
    const ctx = tile.getContext("2d")!
    ctx.strokeStyle = this.costumes.colour("--retried")
    ctx.globalAlpha = 0.35
    ctx.lineWidth = 1.5 * this.scale
    ctx.beginPath()
    for (const at of [-size, 0, size]) {
      ctx.moveTo(at, size)
      ctx.lineTo(at + size, 0)
    }
    ctx.stroke()
    const pattern = this.ctx.createPattern(tile, "repeat")
    pattern?.setTransform(new DOMMatrix().scale(1 / this.scale))
    return pattern
  }

  paint(actors: Actors, atMs: number, speed: number): void {
    const { ctx, geometry, scale } = this
    ctx.setTransform(scale, 0, 0, scale, 0, 0)
    ctx.clearRect(0, 0, geometry.width, geometry.height)
    ctx.globalAlpha = 1
    this.edges()
    for (const seat of this.script.seats.values()) this.runner(seat, atMs, speed)
    this.requests(actors)
    if (actors.unseen > 0) this.more(actors.unseen)
  }

  /** A rule below the line and one above those that failed. */
  private edges(): void {
    const { ctx, geometry } = this
    ctx.fillStyle = this.costumes.colour("--grid")
    ctx.fillRect(0, geometry.line.height - 3, geometry.width, 1)
    ctx.fillRect(0, geometry.exit.y + 2, geometry.width, 1)
  }

  private runner(seat: Seat, atMs: number, speed: number): void {
    const spell = this.script.spellAt(seat, atMs)
    if (spell === null) return
    const box = this.geometry.cellOf(seat.cell)
    const sinceMs = (atMs - spell.fromMs) / speed
    if (spell.scene === RunnerScene.ended) this.gone(box, spell.scene, 1 - sinceMs / endedMs)
    else if (spell.scene === RunnerScene.cut) this.gone(box, spell.scene, 1 - sinceMs / cutMs)
    else this.living(box, spell, atMs)
  }

  private living(box: Box, { fromMs, scene, toMs }: Spell, atMs: number): void {
    const { ctx } = this
    const colour = this.costumes.colour(colours[scene])
    ctx.fillStyle = colour
    if (scene === RunnerScene.starting) {
      const done = Math.min(1, (atMs - fromMs) / Math.max(1, toMs - fromMs))
      ctx.globalAlpha = 0.14
      ctx.fillRect(box.x, box.y + box.height * (1 - done), box.width, box.height * done)
      ctx.setLineDash([3, 3])
    } else if (scene === RunnerScene.draining) {
      if (this.hatch !== null) ctx.fillStyle = this.hatch
      ctx.fillRect(box.x, box.y, box.width, box.height)
    } else {
      ctx.globalAlpha = 0.07
      ctx.fillRect(box.x, box.y, box.width, box.height)
    }
    ctx.globalAlpha = 1
    this.outline(box, colour)
    ctx.setLineDash([])
    if (scene === RunnerScene.marked) this.corner(box, colour)
  }

  private outline(box: Box, colour: string): void {
    const { ctx } = this
    ctx.strokeStyle = colour
    ctx.lineWidth = 1.25
    ctx.beginPath()
    ctx.roundRect(box.x, box.y, box.width, box.height, Math.min(4, box.height / 5))
    ctx.stroke()
  }

  /** It waits for the one that replaces it. */
  private corner(box: Box, colour: string): void {
    const { ctx } = this
    const side = Math.min(9, box.width / 4)
    ctx.fillStyle = colour
    ctx.beginPath()
    ctx.moveTo(box.x + box.width - side, box.y)
    ctx.lineTo(box.x + box.width, box.y)
    ctx.lineTo(box.x + box.width, box.y + side)
    ctx.fill()
  }

  private gone(box: Box, scene: RunnerScene, alpha: number): void {
    if (alpha <= 0) return
    const { ctx } = this
    const colour = this.costumes.colour(colours[scene])
    ctx.globalAlpha = alpha
    this.outline(box, colour)
    if (scene === RunnerScene.cut) {
      ctx.lineWidth = 2
      ctx.beginPath()
      ctx.moveTo(box.x + box.width * 0.25, box.y + box.height * 0.2)
      ctx.lineTo(box.x + box.width * 0.75, box.y + box.height * 0.8)
      ctx.moveTo(box.x + box.width * 0.75, box.y + box.height * 0.2)
      ctx.lineTo(box.x + box.width * 0.25, box.y + box.height * 0.8)
      ctx.stroke()
    }
    ctx.globalAlpha = 1
  }

  private requests(actors: Actors): void {
    const { costumes, ctx, scale } = this
    ctx.setTransform(1, 0, 0, 1, 0, 0)
    for (const { alpha, costume, x, y } of actors.all) {
      if (alpha <= 0) continue
      const dot = costumes.of(costume)
      ctx.globalAlpha = Math.min(1, alpha)
      ctx.drawImage(dot, Math.round(x * scale - dot.width / 2), Math.round(y * scale - dot.height / 2))
    }
    ctx.globalAlpha = 1
    ctx.setTransform(scale, 0, 0, scale, 0, 0)
  }

  /** How many wait beyond those that find room. */
  private more(count: number): void {
    const { ctx, geometry } = this
    ctx.fillStyle = this.costumes.colour("--text")
    ctx.font = "12px system-ui, sans-serif"
    ctx.textAlign = "right"
    ctx.fillText(`+ ${count}`, geometry.width - 2, geometry.line.height - 10)
  }
}

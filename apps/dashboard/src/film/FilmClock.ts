import type { FilmWindow } from "@ebb/sim/film/FilmWindow"

/** What happens with each frame: the moment of the film, and milliseconds of the wall since the frame before; 0: a jump. */
export type Frame = (atMs: number, wallMs: number) => void

const speeds = [0.5, 1, 2, 5, 10, 20, 50, 100]
/** A film is given the lowest speed at which it lasts no longer than this. */
const lastsMs = 24_000
/** A frame that took longer than that was none: the page slept. */
const frameMaxMs = 250
/** Without motion the picture changes so often. */
const stillEveryMs = 1000

/** The speeds to choose from, and the one to begin with. */
export const speedsFor = ({ fromMs, toMs }: FilmWindow) => {
  const wanted = (toMs - fromMs) / lastsMs
  const first = speeds.find((speed) => speed >= wanted) ?? speeds.at(-1)!
  const at = speeds.indexOf(first)
  return { first, all: speeds.slice(Math.max(0, at - 3), at + 3) }
}

/** The one clock of a film: all its pictures show the same moment. */
export class FilmClock {
  private readonly window: FilmWindow
  private readonly frame: Frame
  private readonly changed: (isPlaying: boolean) => void
  private readonly still = matchMedia("(prefers-reduced-motion: reduce)")
  private asked: number | null = null
  private lastMs = 0
  atMs: number
  speed: number

  constructor(window: FilmWindow, frame: Frame, changed: (isPlaying: boolean) => void) {
    this.window = window
    this.frame = frame
    this.changed = changed
    this.atMs = window.fromMs
    this.speed = speedsFor(window).first
  }

  get isPlaying(): boolean {
    return this.asked !== null
  }

  get isAtEnd(): boolean {
    return this.atMs >= this.window.toMs
  }

  play(): void {
    if (this.isPlaying) return
    if (this.isAtEnd) this.goTo(this.window.fromMs)
    this.lastMs = performance.now()
    this.ask()
    this.changed(true)
  }

  pause(): void {
    if (this.asked === null) return
    cancelAnimationFrame(this.asked)
    this.asked = null
    this.changed(false)
  }

  goTo(atMs: number): void {
    this.atMs = Math.min(this.window.toMs, Math.max(this.window.fromMs, atMs))
    this.frame(this.atMs, 0)
  }

  private ask(): void {
    this.asked = requestAnimationFrame((nowMs) => this.next(nowMs))
  }

  private next(nowMs: number): void {
    const wallMs = Math.max(0, nowMs - this.lastMs)
    if (this.still.matches && wallMs < stillEveryMs) return this.ask()
    this.lastMs = nowMs
    const stepMs = this.still.matches ? stillEveryMs : Math.min(wallMs, frameMaxMs)
    this.atMs = Math.min(this.window.toMs, this.atMs + stepMs * this.speed)
    this.frame(this.atMs, this.still.matches ? 0 : stepMs)
    if (this.isAtEnd) this.pause()
    else this.ask()
  }
}

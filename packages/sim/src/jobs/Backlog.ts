/** The first jobs of a thread take up to so many times as long as those after them, for so long: their code is not compiled yet. */
const warmUp = { forMs: 500, times: 4 }

/** What is left to do, and how long this thread would take for it alone. */
export class Backlog {
  private readonly startMs: number
  /** Jobs that are not asked for yet. */
  private announced = 0
  private asked = 0
  /** When the job on this thread was begun, and how long the one before it took. */
  private begunAtMs: number | null = null
  private lastMs = 0

  constructor(nowMs: number) {
    this.startMs = nowMs
  }

  expect(jobs: number): void {
    this.announced += jobs
  }

  /** Whether more jobs are about to be asked for than there are now. */
  get goesOn(): boolean {
    return this.announced > 0
  }

  ask(): void {
    this.announced = Math.max(0, this.announced - 1)
    this.asked++
  }

  done(): void {
    this.asked--
  }

  beginHere(nowMs: number): void {
    this.begunAtMs = nowMs
  }

  endHere(nowMs: number): void {
    if (this.begunAtMs !== null) this.lastMs = nowMs - this.begunAtMs
    this.begunAtMs = null
  }

  /** At least so long; jobs are taken to be alike. */
  leftMs(nowMs: number): number {
    const soFarMs = this.begunAtMs === null ? 0 : nowMs - this.begunAtMs
    const allMs = (this.announced + this.asked) * Math.max(this.lastMs, soFarMs)
    return nowMs - this.startMs < warmUp.forMs ? allMs / warmUp.times : allMs
  }
}

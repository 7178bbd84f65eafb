const burst = 100
const perSecond = 10

/** How often credentials may be wrong: a hundred times at once, ten times a second for long. Right ones are never counted. */
export class GuessLimit {
  private left = burst
  private lastMs: number

  constructor(nowMs: number) {
    this.lastMs = nowMs
  }

  /** Counts one more wrong guess; true where they are too many. */
  isTooMany(nowMs: number): boolean {
    this.left = Math.min(burst, this.left + ((nowMs - this.lastMs) / 1000) * perSecond)
    this.lastMs = nowMs
    if (this.left < 1) return true
    this.left--
    return false
  }
}

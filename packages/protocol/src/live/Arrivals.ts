const windowMs = 10_000
const leastMs = 1000

interface Count {
  readonly atMs: number
  readonly accepted: number
}

/** How many requests an app has accepted lately, from its running total. */
export class Arrivals {
  private counts: Array<Count> = []

  /** A total that falls began again: the sandbox was started anew. */
  add(atMs: number, accepted: number): void {
    const last = this.counts.at(-1)
    if (last !== undefined && accepted < last.accepted) this.counts = []
    if (last?.accepted === accepted && this.counts.length > 0) return
    this.counts.push({ atMs, accepted })
    // The last one before the window stays: from there on it is known what came.
    const first = this.counts.findIndex((count) => count.atMs > atMs - windowMs)
    if (first > 1) this.counts.splice(0, first - 1)
  }

  /** Requests a second over the last ten, or since the first count where that is less long ago; null within the first second. */
  perSecond(nowMs: number): number | null {
    const [first] = this.counts
    const last = this.counts.at(-1)
    if (first === undefined || last === undefined) return null
    const before = this.counts.findLast(({ atMs }) => atMs <= nowMs - windowMs) ?? first
    const overMs = Math.min(windowMs, nowMs - before.atMs)
    return overMs < leastMs ? null : (last.accepted - before.accepted) / (overMs / 1000)
  }
}

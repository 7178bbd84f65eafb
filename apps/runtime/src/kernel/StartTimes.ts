const kept = 32

/** How long the last 32 runners of a revision took from the beginning of their start until they were ready; wall milliseconds. */
export class StartTimes {
  private readonly timesMs: Array<number> = []

  record(ms: number): void {
    this.timesMs.push(ms)
    if (this.timesMs.length > kept) this.timesMs.shift()
  }

  /** All that are kept, in no order. */
  get all(): ReadonlyArray<number> {
    return this.timesMs
  }

  /** Their median; null when none was ready yet. */
  typicalMs(): number | null {
    return this.timesMs.toSorted((a, b) => a - b)[this.timesMs.length >> 1] ?? null
  }
}

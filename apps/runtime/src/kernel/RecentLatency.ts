import type { Summary } from "@ebb/core/domain/Measures"

const kept = 4096
const windowMs = 60_000
const freshMs = 500
const none = new Float64Array(0)

/** Latencies of the last minute, of at most the newest 4,096 completed requests; wall milliseconds. */
export class RecentLatency {
  /** Most apps that were deleted never had any. */
  private latenciesMs = none
  private timesMs = none
  private count = 0
  private seenAtMs = 0
  private seen: Summary | null = null

  /** `atMs`: now. */
  record(latencyMs: number, atMs: number): void {
    if (this.latenciesMs === none) [this.latenciesMs, this.timesMs] = [new Float64Array(kept), new Float64Array(kept)]
    const at = this.count++ % kept
    this.latenciesMs[at] = latencyMs
    this.timesMs[at] = atMs
  }

  forget(): void {
    this.count = 0
    this.latenciesMs = none
    this.timesMs = none
  }

  /** Null when there was none; looked at anew at most twice a second. */
  summary(): Summary | null {
    const now = Date.now()
    if (now - this.seenAtMs < freshMs) return this.seen
    this.seenAtMs = now
    const from = now - windowMs
    const recent = this.latenciesMs.subarray(0, this.count).filter((_, at) => this.timesMs[at]! >= from)
    this.seen = recent.length === 0 ? null : summaryOf(recent.sort())
    return this.seen
  }
}

const summaryOf = (sorted: Float64Array): Summary => {
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)]!
  const mean = sorted.reduce((sum, value) => sum + value, 0) / sorted.length
  return { mean, p50: at(0.5), p90: at(0.9), p99: at(0.99), max: sorted.at(-1)!, count: sorted.length }
}

import { build, type Histogram as Hdr } from "hdr-histogram-js"
import type { Summary } from "../domain/Measures.ts"

const unitsPerMs = 1000
const greatest = 1e13

/** Durations in milliseconds: mean and greatest are exact, percentiles within 0.1 % (HDR histogram of whole microseconds). */
export class Histogram {
  private hdr: Hdr | null = null
  private sumMs = 0
  private maxMs = 0
  private count = 0

  record(ms: number): void {
    this.hdr ??= makeHdr()
    this.hdr.recordValue(Math.round(ms * unitsPerMs))
    this.sumMs += ms
    if (ms > this.maxMs) this.maxMs = ms
    this.count++
  }

  add(other: Histogram): void {
    if (other.hdr === null) return
    this.hdr ??= makeHdr()
    this.hdr.add(other.hdr)
    this.sumMs += other.sumMs
    this.maxMs = Math.max(this.maxMs, other.maxMs)
    this.count += other.count
  }

  /** Null when nothing was recorded. */
  summary(): Summary | null {
    const hdr = this.hdr
    if (hdr === null) return null
    const at = (percentile: number) => Math.min(hdr.getValueAtPercentile(percentile) / unitsPerMs, this.maxMs)
    return { mean: this.sumMs / this.count, p50: at(50), p90: at(90), p99: at(99), max: this.maxMs, count: this.count }
  }
}

const makeHdr = (): Hdr =>
  build({
    bitBucketSize: 64,
    lowestDiscernibleValue: 1,
    highestTrackableValue: greatest,
    numberOfSignificantValueDigits: 3
  })

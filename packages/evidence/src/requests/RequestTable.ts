import { ClockJumps } from "./ClockJumps.ts"
import * as Duplicates from "./Duplicates.ts"
import { reachedNotes, withoutUnreached } from "./Reached.ts"
import { RecentIds } from "./RecentIds.ts"
import * as Strays from "./Strays.ts"
import { resolutionOf } from "./Resolution.ts"
import type { Dropped, Meaning, Requests, Seen } from "./Requests.ts"

/** More requests than these are not kept, so that a log of any size takes the same memory: the last ones are. */
export const requestsMost = 1_000_000

/** How the times of a source are written. */
interface Written {
  /** They name no offset, so a clock that was put back shows as a jump. */
  readonly isNaive?: boolean
  /** Both ends of the work are there, neither is reckoned from how long it took. */
  readonly hasBothEnds?: boolean
}

/** A column of fixed width that grows to its limit. */
const grown = <Column extends Float64Array | Uint8Array | Int32Array>(column: Column, length: number): Column => {
  const larger = new (column.constructor as new (length: number) => Column)(length)
  larger.set(column)
  return larger
}

/** Collects the requests of a source; memory is bounded by `requestsMost`. */
export class RequestTable {
  private columns = {
    arrivalMs: new Float64Array(1024),
    startMs: new Float64Array(1024),
    endMs: new Float64Array(1024),
    tokens: new Float64Array(1024),
    outcome: new Uint8Array(1024),
    reached: new Uint8Array(1024),
    runner: new Int32Array(1024)
  }
  private capacity = 1024
  /** Requests taken in all; those beyond the limit have replaced the first. */
  private taken = 0
  private readonly runners = new Map<string, number>()
  private ids: RecentIds | null = null
  private readonly jumps = new ClockJumps()
  private readonly drops = new Map<string, number>()

  drop(reason: string, count = 1): void {
    this.drops.set(reason, (this.drops.get(reason) ?? 0) + count)
  }

  add(seen: Seen): void {
    if (!Number.isFinite(seen.arrivalMs)) return this.drop("without a time")
    if (seen.endMs < seen.arrivalMs || seen.endMs < seen.startMs) return this.drop("ended before it began")
    if (seen.id !== null && (this.ids ??= new RecentIds()).add(seen.id))
      return this.drop("with an id that an earlier one has")
    if (seen.startMs < seen.arrivalMs) {
      this.drop("began before it was sent: the clocks differ; counted as not waiting")
      seen.startMs = seen.arrivalMs
    }
    this.jumps.next(seen.arrivalMs)
    this.put(seen)
  }

  private put(seen: Seen): void {
    if (this.taken === this.capacity && this.capacity < requestsMost) this.grow()
    const at = this.taken++ % this.capacity
    const { columns } = this
    columns.arrivalMs[at] = seen.arrivalMs
    columns.startMs[at] = seen.startMs
    columns.endMs[at] = seen.endMs
    columns.tokens[at] = seen.tokens
    columns.outcome[at] = seen.outcome
    columns.reached[at] = seen.reached
    columns.runner[at] = seen.runner === null ? -1 : this.numberOf(seen.runner)
  }

  private numberOf(runner: string): number {
    let number = this.runners.get(runner)
    if (number === undefined) this.runners.set(runner, (number = this.runners.size))
    return number
  }

  private grow(): void {
    this.capacity = Math.min(requestsMost, this.capacity * 2)
    const { arrivalMs, endMs, outcome, reached, runner, startMs, tokens } = this.columns
    this.columns = {
      arrivalMs: grown(arrivalMs, this.capacity),
      startMs: grown(startMs, this.capacity),
      endMs: grown(endMs, this.capacity),
      tokens: grown(tokens, this.capacity),
      outcome: grown(outcome, this.capacity),
      reached: grown(reached, this.capacity),
      runner: grown(runner, this.capacity)
    }
  }

  get count(): number {
    return Math.min(this.taken, this.capacity)
  }

  finish(meaning: Meaning, notes: ReadonlyArray<string>, { hasBothEnds, isNaive }: Written = {}): Requests {
    const { columns, count } = this
    if (this.taken > count) this.drop(`earlier than the last ${count.toLocaleString("en-US")}`, this.taken - count)
    const order = this.withoutStrays(this.past(inOrder(columns.arrivalMs, count)))
    const picked = (column: Float64Array): Float64Array => Float64Array.from(order, (at) => column[at]!)
    const [arrivalMs, startMs, endMs] = [columns.arrivalMs, columns.startMs, columns.endMs].map(picked)
    const times = { count: order.length, arrivalMs: arrivalMs!, startMs: startMs!, endMs: endMs! }
    const endless = times.endMs.filter((ms) => Number.isNaN(ms)).length
    if (endless > 0 && meaning.duration !== "none") this.drop("without an end: left out of the times", endless)
    const requests = {
      ...times,
      tokens: picked(columns.tokens),
      outcome: Uint8Array.from(order, (at) => columns.outcome[at]!),
      runner: Int32Array.from(order, (at) => columns.runner[at]!),
      runners: [...this.runners.keys()],
      meaning,
      resolutionMs: resolutionOf(times, hasBothEnds !== true),
      keepsOrder: hasBothEnds === true,
      dropped: this.dropped,
      notes
    }
    // Those that have ids were told apart by them.
    const alike = this.ids === null ? Duplicates.note(requests) : []
    const fates = reachedNotes(Uint8Array.from(order, (at) => columns.reached[at]!))
    return { ...requests, notes: [...notes, ...fates, ...(isNaive === true ? this.jumps.note() : []), ...alike] }
  }

  /** Those that may have come past the proxy. */
  private past(order: Uint32Array): Uint32Array {
    const { dropped, kept } = withoutUnreached(order, this.columns.reached)
    for (const { count, reason } of dropped) this.drop(reason, count)
    return kept
  }

  private withoutStrays(order: Uint32Array): Uint32Array {
    const ms = Float64Array.from(order, (at) => this.columns.arrivalMs[at]!)
    const { from, to } = Strays.together(ms)
    const reason = Strays.reason(ms, from, to)
    if (reason !== null) this.drop(reason, order.length - (to - from))
    return order.subarray(from, to)
  }

  private get dropped(): ReadonlyArray<Dropped> {
    return [...this.drops].map(([reason, count]) => ({ reason, count }))
  }
}

/** The places of the first values, by their size; equal ones as they stand. */
const inOrder = (values: Float64Array, count: number): Uint32Array => {
  const order = Uint32Array.from({ length: count }, (_, at) => at)
  return isSorted(values, count) ? order : order.sort((a, b) => values[a]! - values[b]! || a - b)
}

const isSorted = (values: Float64Array, count: number): boolean => {
  for (let at = 1; at < count; at++) if (values[at]! < values[at - 1]!) return false
  return true
}

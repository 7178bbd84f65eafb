import { exponential } from "@ebb/sim/workload/Distribution"
import * as Random from "@ebb/sim/workload/Random"
import { streamsOf } from "@ebb/sim/workload/RandomStreams"

const arrival = 0
const departure = 1

/** A binary heap of (time, kind, request) in typed arrays, the events of an instant in any order. */
class Heap {
  private readonly times: Float64Array
  private readonly kinds: Uint8Array
  private readonly requests: Int32Array
  length = 0
  atMs = 0
  kind = 0
  request = 0

  constructor(size: number) {
    this.times = new Float64Array(size)
    this.kinds = new Uint8Array(size)
    this.requests = new Int32Array(size)
  }

  push(atMs: number, kind: number, request: number): void {
    let at = this.length++
    for (; at > 0;) {
      const parent = (at - 1) >> 1
      if (this.times[parent]! <= atMs) break
      this.move(parent, at)
      at = parent
    }
    this.put(at, atMs, kind, request)
  }

  pop(): void {
    this.atMs = this.times[0]!
    this.kind = this.kinds[0]!
    this.request = this.requests[0]!
    const last = --this.length
    const lastMs = this.times[last]!
    let at = 0
    for (let child = 1; child < last; child = at * 2 + 1) {
      if (child + 1 < last && this.times[child + 1]! < this.times[child]!) child++
      if (this.times[child]! >= lastMs) break
      this.move(child, at)
      at = child
    }
    this.put(at, lastMs, this.kinds[last]!, this.requests[last]!)
  }

  private move(from: number, to: number): void {
    this.put(to, this.times[from]!, this.kinds[from]!, this.requests[from]!)
  }

  private put(at: number, atMs: number, kind: number, request: number): void {
    this.times[at] = atMs
    this.kinds[at] = kind
    this.requests[at] = request
  }
}

/** An M/M/c queue: rates and times in milliseconds. */
export interface Queue {
  readonly servers: number
  readonly meanServiceMs: number
  readonly perMs: number
  readonly forMs: number
  readonly seed: number
}

/** What came of it, to be compared. */
export interface Outcome {
  readonly requests: number
  readonly meanLatencyMs: number
}

/**
 * The same queue with nothing around it: an event loop over one heap that arrivals and departures go through, a ring of
 * those that wait, and the draws of the virtual world. What the Fleet costs is measured against this.
 */
export const run = ({ forMs, meanServiceMs, perMs, seed, servers }: Queue): Outcome => {
  const random = Random.make(seed)
  const { gap, service } = streamsOf(0)
  const gaps = exponential(1)
  const services = exponential(meanServiceMs)
  const heap = new Heap(servers + 2)
  // Nobody is so many requests older than the newest one.
  const ring = 2 ** Math.ceil(Math.log2(servers * 64))
  const waiting = new Int32Array(ring)
  const arrivedMs = new Float64Array(ring)
  let [first, last, free, made, done, latencyMs] = [0, 0, servers, 0, 0, 0]
  const begin = (nowMs: number, request: number): void => {
    free--
    heap.push(nowMs + services.sample(random, service, request), departure, request)
  }
  heap.push(gaps.sample(random, gap, 0) / perMs, arrival, 0)
  for (;;) {
    heap.pop()
    const nowMs = heap.atMs
    if (nowMs >= forMs) break
    const request = heap.request
    if (heap.kind === arrival) {
      made++
      arrivedMs[request % ring] = nowMs
      heap.push(nowMs + gaps.sample(random, gap, made) / perMs, arrival, made)
      if (free > 0) begin(nowMs, request)
      else waiting[last++ % ring] = request
    } else {
      free++
      done++
      latencyMs += nowMs - arrivedMs[request % ring]!
      if (first < last) begin(nowMs, waiting[first++ % ring]!)
    }
  }
  return { requests: made, meanLatencyMs: latencyMs / done }
}

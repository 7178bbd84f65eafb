import type { Peer } from "./PeerList.ts"

/** What is sorted. */
interface Sorted<R> {
  readonly number: number
  readonly deadlineMs: number
  prev: R | null
  next: R | null
}

/** One lane of an app's line is by acceptance order (platform rule 4.2), the attempts in flight are by their deadline. */
export const SortedBy = { acceptance: 0, deadline: 1 } as const
export type SortedBy = (typeof SortedBy)[keyof typeof SortedBy]

/** As many numbers stand in one block: to find a place, blocks are added up and the rest of one is walked. */
const blockLength = 256

const blockOf = (number: number): number => Math.floor(number / blockLength)

/** How many requests there are in each block of numbers that has any. */
class BlockCounts {
  private readonly counts = new Map<number, number>()

  add(number: number): void {
    const block = blockOf(number)
    this.counts.set(block, (this.counts.get(block) ?? 0) + 1)
  }

  remove(number: number): void {
    const block = blockOf(number)
    const left = (this.counts.get(block) ?? 0) - 1
    if (left > 0) this.counts.set(block, left)
    else this.counts.delete(block)
  }

  below(block: number): number {
    let sum = 0
    for (const [each, count] of this.counts) if (each < block) sum += count
    return sum
  }
}

/** Of lanes that somebody asked for a place in; they can be made again, so they are no part of a Fleet's state. */
const counts = new WeakMap<object, BlockCounts>()
/** Nobody ever asks in a simulation: there it costs nothing. */
let isCounted = false

/** Requests in rising order, linked through `prev` and `next`. A new one mostly belongs at the end. */
export class SortedRequests<R extends Sorted<R>> {
  first: R | null = null
  last: R | null = null
  length = 0
  private hint: R | null = null

  private readonly by: SortedBy

  constructor(by: SortedBy) {
    this.by = by
  }

  private isBefore(a: R, b: R): boolean {
    return this.by === SortedBy.deadline ? a.deadlineMs <= b.deadlineMs : a.number < b.number
  }

  insert(request: R): void {
    const { last } = this
    // Apart from the rest: where `linkAfter` did all of it, the engine took its first argument for never null, and compiled anew forever.
    if (last === null) this.first = this.last = request
    else if (this.isBefore(last, request)) {
      request.prev = last
      last.next = request
      this.last = request
    } else this.linkAfter(this.placeFor(request), request)
    this.length++
    if (isCounted) counts.get(this)?.add(request.number)
  }

  /** How many come before it, in order of acceptance. */
  ahead({ number, prev }: R): number {
    const block = blockOf(number)
    let ahead = this.counted().below(block)
    for (let other = prev; other !== null && blockOf(other.number) === block; other = other.prev) ahead++
    return ahead
  }

  /** How many would come before one that is not in it: it has waited for long, so they are few to be walked. */
  before(number: number): number {
    let count = 0
    for (let one = this.first; one !== null && one.number < number; one = one.next) count++
    return count
  }

  private counted(): BlockCounts {
    const known = counts.get(this)
    if (known !== undefined) return known
    isCounted = true
    const made = new BlockCounts()
    counts.set(this, made)
    for (let request = this.first; request !== null; request = request.next) made.add(request.number)
    return made
  }

  private placeFor(request: R): R | null {
    let after = this.hint !== null && this.isBefore(this.hint, request) ? this.hint : null
    let next = after === null ? this.first : after.next
    while (next !== null && this.isBefore(next, request)) {
      after = next
      next = next.next
    }
    this.hint = request
    return after
  }

  private linkAfter(after: R | null, request: R): void {
    const next = after === null ? this.first : after.next
    request.prev = after
    request.next = next
    if (after === null) this.first = request
    else after.next = request
    if (next === null) this.last = request
    else next.prev = request
  }

  remove(request: R): void {
    const { next, prev } = request
    if (prev === null) this.first = next
    else prev.next = next
    if (next === null) this.last = prev
    else next.prev = prev
    if (this.hint === request) this.hint = null
    request.prev = null
    request.next = null
    this.length--
    if (isCounted) counts.get(this)?.remove(request.number)
  }
}

/** Requests in the order in which they were added, linked through `prevPeer` and `nextPeer`. */
export class RequestChain<R extends Peer<R>> {
  first: R | null = null
  last: R | null = null

  add(request: R): void {
    const last = this.last
    request.prevPeer = last
    request.nextPeer = null
    if (last === null) this.first = request
    else last.nextPeer = request
    this.last = request
  }

  remove(request: R): void {
    const { nextPeer, prevPeer } = request
    if (prevPeer === null) this.first = nextPeer
    else prevPeer.nextPeer = nextPeer
    if (nextPeer === null) this.last = prevPeer
    else nextPeer.prevPeer = prevPeer
    request.prevPeer = null
    request.nextPeer = null
  }
}

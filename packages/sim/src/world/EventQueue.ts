const arity = 4

/**
 * Events by time, at one instant in the order of insertion; each carries three integers. A 4-ary heap in typed arrays:
 * only times and places move in it, all else stays at the event's place.
 */
export class EventQueue {
  private times = new Float64Array(1024)
  private places = new Int32Array(1024)
  private orders = new Float64Array(1024)
  private kinds = new Uint8Array(1024)
  private slots = new Int32Array(1024)
  private epochs = new Float64Array(1024)
  private free = new Int32Array(1024)
  private freeCount = 0
  private made = 0
  private inserted = 0
  length = 0

  /** The event taken last. */
  kind = 0
  slot = 0
  epoch = 0

  /** When the next event is due, Infinity when there is none. */
  get nextMs(): number {
    return this.length === 0 ? Infinity : this.times[0]!
  }

  push(atMs: number, kind: number, slot: number, epoch: number): void {
    const place = this.freeCount > 0 ? this.free[--this.freeCount]! : this.newPlace()
    this.kinds[place] = kind
    this.slots[place] = slot
    this.epochs[place] = epoch
    this.orders[place] = this.inserted++
    this.siftUp(this.length++, atMs, place)
  }

  /** Takes the next event into `kind`, `slot` and `epoch`. */
  pop(): void {
    const place = this.places[0]!
    this.kind = this.kinds[place]!
    this.slot = this.slots[place]!
    this.epoch = this.epochs[place]!
    this.free[this.freeCount++] = place
    const last = --this.length
    if (last > 0) this.siftDown(this.times[last]!, this.places[last]!)
  }

  /** The event inserted last: of one instant it is the latest. */
  private siftUp(from: number, atMs: number, place: number): void {
    const { places, times } = this
    let at = from
    while (at > 0) {
      const parent = (at - 1) >> 2
      if (times[parent]! <= atMs) break
      times[at] = times[parent]!
      places[at] = places[parent]!
      at = parent
    }
    times[at] = atMs
    places[at] = place
  }

  private siftDown(atMs: number, place: number): void {
    const { length, orders, places, times } = this
    let at = 0
    for (;;) {
      const first = at * arity + 1
      if (first >= length) break
      const least = first + arity <= length ? this.leastOfFour(first) : this.leastChild(first, length)
      const leastMs = times[least]!
      if (leastMs > atMs || (leastMs === atMs && orders[places[least]!]! > orders[place]!)) break
      times[at] = leastMs
      places[at] = places[least]!
      at = least
    }
    times[at] = atMs
    places[at] = place
  }

  /** Without a jump that depends on which it is: a processor guesses that wrong half of the time. */
  private leastOfFour(first: number): number {
    const { times } = this
    const a = times[first]!
    const b = times[first + 1]!
    const c = times[first + 2]!
    const d = times[first + 3]!
    const front = first + (Number(b < a) | 0)
    const back = first + 2 + (Number(d < c) | 0)
    const frontMs = times[front]!
    const backMs = times[back]!
    if (a === b || c === d || frontMs === backMs) return this.leastChild(first, first + arity)
    const isBack = -Number(backMs < frontMs) | 0
    return front + ((back - front) & isBack)
  }

  private leastChild(first: number, end: number): number {
    const { times } = this
    let least = first
    let leastMs = times[first]!
    for (let child = first + 1; child < end; child++) {
      const ms = times[child]!
      if (ms < leastMs || (ms === leastMs && this.isEarlier(child, least))) {
        least = child
        leastMs = ms
      }
    }
    return least
  }

  private isEarlier(a: number, b: number): boolean {
    return this.orders[this.places[a]!]! < this.orders[this.places[b]!]!
  }

  private newPlace(): number {
    if (this.made === this.times.length) this.grow()
    return this.made++
  }

  private grow(): void {
    const size = this.times.length * 2
    this.times = copied(new Float64Array(size), this.times)
    this.orders = copied(new Float64Array(size), this.orders)
    this.epochs = copied(new Float64Array(size), this.epochs)
    this.places = copied(new Int32Array(size), this.places)
    this.slots = copied(new Int32Array(size), this.slots)
    this.free = copied(new Int32Array(size), this.free)
    this.kinds = copied(new Uint8Array(size), this.kinds)
  }
}

const copied = <A extends { set(from: A): void }>(to: A, from: A): A => {
  to.set(from)
  return to
}

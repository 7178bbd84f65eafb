const arity = 4

/** So many of the next events stand in a row at most, and so many of the others join it when it is empty. */
const rowMost = 64
const rowFilled = 16

/**
 * Events by time, at one instant in the order of insertion; each carries three integers. The next ones stand in a row, the
 * others in a 4-ary heap, both in typed arrays: only times and places move in them, all else stays at the event's place. An app
 * of a few runners never needs the heap, and to take the next event from the row costs nothing.
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
  /** The latest first. All of them come before all that is in the heap. */
  private readonly rowTimes = new Float64Array(rowMost)
  private readonly rowPlaces = new Int32Array(rowMost)
  private rowLength = 0
  private heapLength = 0

  /** The event taken last. */
  kind = 0
  slot = 0
  epoch = 0

  /** When the next event is due, Infinity when there is none. */
  get nextMs(): number {
    return this.rowLength === 0 ? Infinity : this.rowTimes[this.rowLength - 1]!
  }

  push(atMs: number, kind: number, slot: number, epoch: number): void {
    const place = this.freeCount > 0 ? this.free[--this.freeCount]! : this.newPlace()
    this.kinds[place] = kind
    this.slots[place] = slot
    this.epochs[place] = epoch
    this.orders[place] = this.inserted++
    if (this.rowLength === rowMost) this.makeRoom()
    if (this.heapLength > 0 && atMs >= this.times[0]!) this.siftUp(this.heapLength++, atMs, place)
    else this.insert(atMs, place)
  }

  get length(): number {
    return this.rowLength + this.heapLength
  }

  /** Takes the next event into `kind`, `slot` and `epoch`. */
  pop(): void {
    const at = --this.rowLength
    const place = this.rowPlaces[at]!
    this.kind = this.kinds[place]!
    this.slot = this.slots[place]!
    this.epoch = this.epochs[place]!
    this.free[this.freeCount++] = place
    if (at === 0 && this.heapLength > 0) this.fillRow()
  }

  /** Into the row, behind all of its instant. */
  private insert(atMs: number, place: number): void {
    const { rowPlaces, rowTimes } = this
    let at = this.rowLength++
    while (at > 0 && rowTimes[at - 1]! <= atMs) {
      rowTimes[at] = rowTimes[at - 1]!
      rowPlaces[at] = rowPlaces[at - 1]!
      at--
    }
    rowTimes[at] = atMs
    rowPlaces[at] = place
  }

  private fillRow(): void {
    const count = Math.min(rowFilled, this.heapLength)
    for (let at = count - 1; at >= 0; at--) {
      this.rowTimes[at] = this.times[0]!
      this.rowPlaces[at] = this.places[0]!
      const last = --this.heapLength
      if (last > 0) this.siftDown(this.times[last]!, this.places[last]!)
    }
    this.rowLength = count
  }

  /** The last of the row goes to the heap, where it is the first. */
  private makeRoom(): void {
    const { places, rowPlaces, rowTimes, times } = this
    let at = this.heapLength++
    while (at > 0) {
      const parent = (at - 1) >> 2
      times[at] = times[parent]!
      places[at] = places[parent]!
      at = parent
    }
    times[0] = rowTimes[0]!
    places[0] = rowPlaces[0]!
    rowTimes.copyWithin(0, 1)
    rowPlaces.copyWithin(0, 1)
    this.rowLength--
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
    const { heapLength: length, orders, places, times } = this
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

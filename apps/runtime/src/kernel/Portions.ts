import * as Turns from "./Turns.ts"

interface Portion<Key> {
  /** Of all that is done in one turn of the event loop. */
  readonly most: number
  readonly weightOf?: (key: Key) => number
}

/** What need not be done in the instant that asks for it: a portion in each turn of the event loop, so that others have theirs. */
export class Portions<Key, Value> {
  private readonly most: number
  private readonly weightOf: (key: Key) => number
  private readonly run: (some: ReadonlyArray<readonly [Key, Value]>) => void
  private readonly left = new Map<Key, Value>()
  private isClosed = false

  constructor({ most, weightOf = () => 1 }: Portion<Key>, run: (some: ReadonlyArray<readonly [Key, Value]>) => void) {
    this.most = most
    this.weightOf = weightOf
    this.run = run
  }

  /** Does it as soon as the present event is over or, where that asks for much, from the next turn on. */
  add(key: Key, value: Value): void {
    const isFirst = this.left.size === 0
    this.left.set(key, value)
    if (this.isClosed) this.next()
    else if (isFirst) queueMicrotask(() => this.begin())
  }

  private begin(): void {
    if (this.left.size > this.most) Turns.later(() => this.next())
    else this.next()
  }

  /** Takes one back that is not done yet. */
  take(key: Key): Value | undefined {
    const value = this.left.get(key)
    this.left.delete(key)
    return value
  }

  private next(): void {
    const some: Array<readonly [Key, Value]> = []
    let weight = 0
    for (const [key, value] of this.left) {
      weight += this.weightOf(key)
      if (some.length > 0 && weight > this.most) break
      some.push([key, value])
      this.left.delete(key)
    }
    if (this.left.size > 0 && !this.isClosed) Turns.later(() => this.next())
    if (some.length > 0) this.run(some)
  }

  /** Does what is left at once; from now on nothing waits any more. */
  close(): void {
    this.isClosed = true
    while (this.left.size > 0) this.next()
  }
}

import { RunnerState } from "./RunnerState.ts"

/** What is looked at of a runner. */
interface Marked {
  readonly slot: number
  readonly number: number
  readonly inFlight: number
  readonly marked: boolean
  readonly state: RunnerState
}

const arity = 2
/** A load and a number of a runner in one key: by load, then by number. */
const numbersMax = 2 ** 36
const slack = 64

/**
 * The marked runners that are RUNNING, fewest requests in flight first, then the lowest number. A heap of plain numbers; what
 * has changed since it was put in is found out when its turn comes.
 */
export class BusyMarked {
  keys: Array<number> = []
  slots: Array<number> = []

  /** Its load has changed, or it has just been marked. `marked`: how many there are now. */
  note(runner: Marked, marked: number): void {
    if (this.keys.length > marked * arity + slack) this.clean()
    this.keys.push(0)
    this.slots.push(0)
    this.rise(this.keys.length - 1, runner.inFlight * numbersMax + runner.number, runner.slot)
  }

  /** Only the newest word about each runner is true; the rest would pile up while nobody asks. */
  private clean(): void {
    const newest = new Map<number, number>()
    const { keys, slots } = this
    keys.forEach((key, at) => newest.set(key, slots[at]!))
    const sorted = [...newest].sort(([a], [b]) => a - b)
    this.keys = sorted.map(([key]) => key)
    this.slots = sorted.map(([, slot]) => slot)
  }

  private rise(from: number, key: number, slot: number): void {
    const { keys, slots } = this
    let at = from
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (keys[parent]! <= key) break
      keys[at] = keys[parent]!
      slots[at] = slots[parent]!
      at = parent
    }
    keys[at] = key
    slots[at] = slot
  }

  private sink(key: number, slot: number): void {
    const { keys, slots } = this
    let at = 0
    for (let child = 1; child < keys.length; child = at * arity + 1) {
      const least = child + 1 < keys.length && keys[child + 1]! < keys[child]! ? child + 1 : child
      if (keys[least]! >= key) break
      keys[at] = keys[least]!
      slots[at] = slots[least]!
      at = least
    }
    keys[at] = key
    slots[at] = slot
  }

  /** The first of them; null when there is none. */
  first<R extends Marked>(runners: { readonly all: ReadonlyArray<R> }): R | null {
    while (this.keys.length > 0) {
      const runner = runners.all[this.slots[0]!]!
      if (isTrue(this.keys[0]!, runner)) return runner
      const key = this.keys.pop()!
      const slot = this.slots.pop()!
      if (this.keys.length > 0) this.sink(key, slot)
    }
    return null
  }
}

const isTrue = (key: number, { inFlight, marked, number, state }: Marked): boolean =>
  marked && state === RunnerState.RUNNING && inFlight * numbersMax + number === key

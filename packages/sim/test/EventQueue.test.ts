import * as Random from "@ebb/sim/workload/Random"
import { EventQueue } from "@ebb/sim/world/EventQueue"
import { assert, describe, it } from "vitest"

interface Event {
  readonly atMs: number
  readonly number: number
}

/** The same by a list: the first of the earliest. */
const taken = (events: Array<Event>): Event => {
  const first = events.reduce((least, event) => (event.atMs < least.atMs ? event : least))
  events.splice(events.indexOf(first), 1)
  return first
}

const check = (queue: EventQueue, events: Array<Event>): void => {
  const expected = taken(events)
  assert.strictEqual(queue.nextMs, expected.atMs)
  queue.pop()
  assert.strictEqual(queue.slot, expected.number)
  assert.strictEqual(queue.kind, expected.number % 7)
  assert.strictEqual(queue.epoch, expected.number * 3)
  assert.strictEqual(queue.length, events.length)
}

/** Fills it up to so many events and empties it, three times over, a good part of them at one instant. */
const upAndDown = (most: number, instants: number, seed: number): void => {
  const random = Random.make(seed)
  const queue = new EventQueue()
  const events: Array<Event> = []
  let nowMs = 0
  for (let number = 0; number < 6 * most; number++) {
    const isFilling = Math.floor(number / most) % 2 === 0
    if (events.length === 0 || random.uniform(1, number, 0) < (isFilling ? 0.9 : 0.3)) {
      const atMs = nowMs + Math.floor(random.uniform(2, number, 0) * instants)
      queue.push(atMs, number % 7, number, number * 3)
      events.push({ atMs, number })
    } else {
      nowMs = queue.nextMs
      check(queue, events)
    }
  }
  while (events.length > 0) check(queue, events)
  assert.strictEqual(queue.nextMs, Infinity)
}

describe("the queue of events", () => {
  it.each([1, 5, 40, 63, 64, 65, 100, 300, 1500])(
    "of up to %d gives them by time, then in the order of insertion",
    (most) => {
      for (const instants of [1, 4, 50, 100_000]) {
        for (let seed = 1; seed <= (most > 500 ? 1 : 10); seed++) upAndDown(most, instants, seed)
      }
    }
  )
})

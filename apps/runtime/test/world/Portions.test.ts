import { Portions } from "@ebb/runtime/kernel/Portions"
import { assert, describe, it } from "@effect/vitest"

describe("what need not be done at once", () => {
  const keys = (count: number) => Array.from({ length: count }, (_, n) => n)

  /** How much was done in each turn. */
  const inTurns = async (portions: { readonly done: ReadonlyArray<number> }, total: number) => {
    await Promise.resolve()
    const turns = [portions.done.length]
    while (portions.done.length < total) {
      await new Promise(setImmediate)
      turns.push(portions.done.length)
    }
    return turns.map((upTo, turn) => upTo - (turns[turn - 1] ?? 0)).filter((some) => some > 0)
  }

  const some = (most: number, weightOf?: (key: number) => number) => {
    const done: Array<number> = []
    const portion = weightOf === undefined ? { most } : { most, weightOf }
    const portions = new Portions<number, string>(portion, (part) => part.forEach(([key]) => done.push(key)))
    return { done, portions }
  }

  it("is done in order, a portion in each turn of the event loop, each once", async () => {
    const { done, portions } = some(10)
    for (const key of [...keys(25), ...keys(25)]) portions.add(key, "")
    assert.deepStrictEqual(done, [])
    assert.deepStrictEqual(await inTurns({ done }, 25), [10, 10, 5])
    assert.deepStrictEqual(done, keys(25))
  })

  it("is done as soon as the event is over where it is no more than a portion", async () => {
    const { done, portions } = some(10)
    for (const key of keys(10)) portions.add(key, "")
    assert.deepStrictEqual(done, [])
    await Promise.resolve()
    assert.deepStrictEqual(done, keys(10))
  })

  it("is fewer things where they weigh more, but never none", async () => {
    const { done, portions } = some(10, (key) => (key < 4 ? 5 : 50))
    for (const key of keys(6)) portions.add(key, "")
    assert.deepStrictEqual(await inTurns({ done }, 6), [2, 2, 1, 1])
  })

  it("can be taken back until it is done", async () => {
    const { done, portions } = some(10)
    portions.add(1, "one")
    portions.add(2, "two")
    assert.deepStrictEqual([portions.take(1), portions.take(1), portions.take(3)], ["one", undefined, undefined])
    assert.deepStrictEqual(await inTurns({ done }, 1), [1])
    assert.deepStrictEqual([done, portions.take(2)], [[2], undefined])
  })

  it("is done at once at the end, and so is whatever comes after it", () => {
    const { done, portions } = some(10)
    for (const key of keys(25)) portions.add(key, "")
    portions.close()
    assert.deepStrictEqual(done, keys(25))
    portions.add(30, "")
    assert.deepStrictEqual(done, [...keys(25), 30])
  })

  it("goes on after a portion that failed", async () => {
    const done: Array<number> = []
    const failures: Array<unknown> = []
    const note = (error: unknown) => void failures.push(error)
    const others = process.listeners("uncaughtException")
    process.removeAllListeners("uncaughtException").on("uncaughtException", note)
    const portions = new Portions<number, null>({ most: 2 }, (part) => {
      if (part[0]![0] === 0) throw new Error("given up")
      part.forEach(([key]) => done.push(key))
    })
    for (const key of keys(6)) portions.add(key, null)
    await inTurns({ done }, 4)
    process.removeListener("uncaughtException", note)
    for (const other of others) process.on("uncaughtException", other)
    assert.deepStrictEqual([done, failures.length], [[2, 3, 4, 5], 1])
  })
})

import { nextOf } from "@ebb/dashboard/live/GridLayout"
import { Places } from "@ebb/protocol/live/Places"
import { assert, describe, it } from "@effect/vitest"

/** Runners in a row; where one is gone there is a gap. */
const placesOf = (ids: ReadonlyArray<string>, gone: ReadonlyArray<string> = []): Places => {
  const places = new Places()
  for (const id of ids) places.add(id)
  for (const id of gone) places.remove(id)
  return places
}

describe("the runner that a key leads to", () => {
  const places = placesOf(["a", "b", "c", "d", "e"], ["a", "c"])

  it.each([null, "b", "d", "gone"])("is the first for Home and the last for End, from %s", (from) => {
    assert.strictEqual(nextOf(places, from, -Infinity), "b")
    assert.strictEqual(nextOf(places, from, Infinity), "e")
  })

  it("is the next that is there, and the same at an end", () => {
    assert.strictEqual(nextOf(places, "b", 1), "d")
    assert.strictEqual(nextOf(places, "d", -1), "b")
    assert.strictEqual(nextOf(places, "b", -1), "b")
    assert.strictEqual(nextOf(places, "e", 3), "e")
  })

  it.each([1, -1, 3])("is the first where none is chosen yet, by %s", (step) => {
    assert.strictEqual(nextOf(places, null, step), "b")
  })

  it.each([1, Infinity, -Infinity])("is none where there is none, by %s", (step) => {
    assert.strictEqual(nextOf(placesOf(["a"], ["a"]), null, step), null)
  })
})

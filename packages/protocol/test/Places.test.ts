import { Board } from "@ebb/protocol/live/Board"
import type { AppView, RunnerView } from "@ebb/protocol/rest/Events"
import { assert, describe, it } from "@effect/vitest"
import { runner as runnerOf } from "./Samples.ts"

const runner = (id: string, state: RunnerView["state"] = "IDLE"): RunnerView => runnerOf(id, { state, inFlight: 0 })

/** A board of which only the runners matter. */
const boardOf = (...runners: ReadonlyArray<RunnerView>): Board => {
  const board = new Board({ alias: "demo" } as AppView)
  for (const one of runners) {
    board.runners.set(one.id, one)
    board.places.add(one.id)
  }
  return board
}

const cells = ({ places }: Board): ReadonlyArray<string | null> => places.cells

describe("the places of runners", () => {
  it("stay for three seconds, and while others are on their way out; then the gaps close", () => {
    const board = boardOf(runner("a", "DRAINING"), runner("b", "TERMINATED"), runner("c"), runner("d"))
    board.remove("b", 10_000)
    assert.isFalse(board.closeGaps(13_000))
    assert.deepStrictEqual(cells(board), ["a", null, "c", "d"])
    board.remove("a", 14_000)
    assert.isFalse(board.closeGaps(16_999))
    assert.deepStrictEqual(cells(board), [null, null, "c", "d"])
    assert.isTrue(board.closeGaps(17_000))
    assert.deepStrictEqual(cells(board), ["c", "d"])
    assert.deepStrictEqual([board.places.of("c"), board.places.of("d")], [0, 1])
    assert.isFalse(board.closeGaps(20_000))
  })

  it("of those that ended go to whoever comes next", () => {
    const board = boardOf(...["a", "b", "c"].map((id) => runner(id)))
    board.remove("b", 10_000)
    board.places.add("d")
    assert.isFalse(board.closeGaps(13_000))
    assert.deepStrictEqual(cells(board), ["a", "d", "c"])
  })
})

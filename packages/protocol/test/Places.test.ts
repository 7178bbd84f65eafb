import { Board } from "@ebb/protocol/live/Board"
import type { AppView, RunnerView } from "@ebb/protocol/rest/Events"
import { assert, describe, it } from "@effect/vitest"

const runner = (id: string, state: RunnerView["state"] = "IDLE"): RunnerView => ({
  id,
  alias: "demo",
  state,
  inFlight: 0,
  machineType: "S",
  revision: "r",
  marked: false,
  sinceMs: 1000,
  expectedReadyMs: null,
  graceEndsMs: null,
  rollouts: []
})

/** A board of which only the runners matter. */
const boardOf = (...runners: ReadonlyArray<RunnerView>): Board => {
  const board = new Board({ alias: "demo" } as AppView)
  for (const one of runners) {
    board.runners.set(one.id, one)
    board.places.add(one.id)
  }
  return board
}

const remove = (board: Board, ...ids: ReadonlyArray<string>): void => {
  for (const id of ids) {
    board.runners.delete(id)
    board.places.remove(id)
  }
  board.settle()
}

describe("the places of runners", () => {
  it("stay while others are on their way out, and close up afterwards", () => {
    const board = boardOf(runner("a", "DRAINING"), runner("b", "TERMINATED"), runner("c"), runner("d"))
    remove(board, "b")
    assert.deepStrictEqual(board.places.cells, ["a", null, "c", "d"])
    remove(board, "a")
    assert.deepStrictEqual(board.places.cells, ["c", "d"])
    assert.deepStrictEqual([board.places.of("c"), board.places.of("d")], [0, 1])
    board.places.add("e")
    assert.deepStrictEqual(board.places.cells, ["c", "d", "e"])
  })

  it("leave a gap here and there to whoever comes next", () => {
    const board = boardOf(...["a", "b", "c", "d", "e"].map((id) => runner(id)))
    remove(board, "b")
    assert.deepStrictEqual(board.places.cells, ["a", null, "c", "d", "e"])
    board.places.add("f")
    assert.deepStrictEqual(board.places.cells, ["a", "f", "c", "d", "e"])
  })
})

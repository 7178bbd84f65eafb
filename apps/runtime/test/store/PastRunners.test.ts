import { limits } from "@ebb/runtime/edge/Limits"
import { Database } from "@ebb/runtime/store/Database"
import { type PastRow, PastRunnerStore } from "@ebb/runtime/store/PastRunnerStore"
import { afterEach, beforeEach, expect, test, vi } from "vitest"

let database: Database
let owed: Array<() => void>

/** A disk that takes nothing until `owed` is called. */
beforeEach(() => {
  database = new Database(":memory:")
  owed = []
  vi.spyOn(database, "eventually").mockImplementation((write) => void owed.push(write))
})

afterEach(() => database.close())

const row = (id: string, endedAtMs: number | null = null): PastRow => [
  {
    id,
    app: "app",
    revision: "revision",
    createdAtMs: 1,
    beganAtMs: 2,
    readyAtMs: null,
    moments: [],
    endedAtMs,
    machineType: "GPU-H100",
    replaced: false
  },
  endedAtMs === null ? [] : [{ timestamp: "2026-01-01T00:00:00.000Z", level: "INFO", message: id }]
]

test("runners wait together for a disk that refuses, each as it was last", () => {
  const store = new PastRunnerStore(database)
  store.saveEventually([row("a"), row("b")])
  store.saveEventually([row("a", 5)])
  store.saveEventually([])
  expect([owed.length, store.all()]).toEqual([1, []])
  owed[0]!()
  expect(
    store
      .all()
      .map(({ endedAtMs, id }) => [id, endedAtMs])
      .toSorted()
  ).toEqual([
    ["a", 5],
    ["b", null]
  ])
  expect(store.logs("a").map(({ message }) => message)).toEqual(["a"])
  store.saveEventually([row("c")])
  expect(owed.length).toBe(2)
})

test("no more of them wait than are kept: the oldest go", () => {
  const most = limits.endedRunners
  limits.endedRunners = 2
  try {
    const store = new PastRunnerStore(database)
    for (const id of ["a", "b", "c", "a"]) store.saveEventually([row(id)])
    for (const write of owed) write()
    expect(
      store
        .all()
        .map(({ id }) => id)
        .toSorted()
    ).toEqual(["a", "c"])
  } finally {
    limits.endedRunners = most
  }
})

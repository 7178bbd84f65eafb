import { RequestKind } from "@ebb/core/tables/RequestState"
import { Logs } from "@ebb/runtime/kernel/Logs"
import { OwnLines } from "@ebb/runtime/kernel/OwnLines"
import { beforeEach, expect, test } from "vitest"

const lateMs = 200
let logs: Logs
let own: OwnLines
const made = (lines = 100): void => {
  logs = new Logs({ logLines: lines, logCharacters: 10_000 })
  own = new OwnLines(logs, lateMs, 0)
}
beforeEach(() => made())

const guest = (id: string, callerId: string | null = "beta") => ({ id, callerId, kind: RequestKind.queued })
const print = (message: string, atMs: number): void => logs.add("STDOUT", message, atMs)
const of = (id: string) => own.of(id, logs.all()).map(({ message }) => message)

test("a request that is alone has what was printed from when it came until another comes, and nothing after that", () => {
  print("before", 1000)
  own.came(guest("b"), 1)
  print("alone", 1000)
  own.came(guest("l", "local"), 2)
  print("of either", 1000)
  own.left(guest("l", "local"), 1000)
  print("still of either", 1001)
  own.left(guest("b"), 1001)
  own.came(guest("next"), 1)
  print("of the next", 2000)
  expect([of("b"), of("l"), of("next"), of("unknown")]).toEqual([["alone"], [], ["of the next"], []])
})

test("what may still be on its way from another's request is nobody's; from its own team's it is no secret", () => {
  own.came(guest("l", "local"), 1)
  own.left(guest("l", "local"), 1000)
  own.came(guest("b1"), 1)
  print("of local, read late", 1000 + lateMs - 1)
  print("of b1", 1000 + lateMs)
  own.left(guest("b1"), 1300)
  own.came(guest("b2"), 1)
  print("of b2", 1300)
  own.left(guest("b2"), 1310)
  own.came(guest("l2", "local"), 1)
  print("of b2, read late", 1320)
  expect([of("b1"), of("b2"), of("l2")]).toEqual([["of b1"], ["of b2"], []])
})

test("two that showed no key are not taken for one team", () => {
  own.came(guest("one", null), 1)
  own.left(guest("one", null), 1000)
  own.came(guest("two", null), 1)
  print("of one, read late", 1001)
  print("of two", 1000 + lateMs)
  expect(of("two")).toEqual(["of two"])
})

test("an attempt anew begins anew; nobody asks about a direct request", () => {
  own.came(guest("b"), 1)
  print("first attempt", 1000)
  own.left(guest("b"), 1000)
  own.came({ ...guest("d"), kind: RequestKind.direct }, 1)
  print("of d", 2000)
  own.left(guest("d"), 2000)
  own.came(guest("b"), 1)
  print("second attempt", 3000)
  expect([of("b"), of("d")]).toEqual([["second attempt"], []])
})

test("lines that are no longer kept are not there, and those behind them are still whose they were", () => {
  made(1000)
  for (let n = 0; n < 30; n++) {
    own.came(guest(`q${n}`), 1)
    for (let line = 0; line < 100; line++) print(`${n}`, 1000)
    own.left(guest(`q${n}`), 0)
  }
  expect(of("q5")).toEqual([])
  expect(new Set(of("q25"))).toEqual(new Set(["25"]))
  expect(of("q25")).toHaveLength(100)
})

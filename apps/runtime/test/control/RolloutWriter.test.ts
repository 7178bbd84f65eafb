import type { RolloutRecord } from "@ebb/core/tables/Records"
import { RolloutWriter } from "@ebb/runtime/control/RolloutWriter"
import * as Turns from "@ebb/runtime/kernel/Turns"
import { Effect } from "effect"
import { beforeEach, expect, test } from "vitest"

/** In which turn of the event loop each thing happened. */
let happened: Array<readonly [turn: number, what: string]>
let turn: number
let timer: NodeJS.Immediate
let owed: Array<() => void>
let refusal: Error | null
let writer: RolloutWriter

const recordOf = (name: string, members: number): RolloutRecord => ({ number: name, members: Array(members) }) as never
const nameOf = (record: RolloutRecord): string => String(record.number)
const many = 3 * Turns.portion

const note = (what: string): void => void happened.push([turn, what])

beforeEach(() => {
  happened = []
  owed = []
  refusal = null
  turn = 0
  const count = (): void => {
    turn++
    timer = setImmediate(count)
  }
  timer = setImmediate(count)
  writer = new RolloutWriter(
    function* (record) {
      for (let at = 0; at < record.members.length; at += Turns.portion) {
        if (at > 0) yield
        note(`${nameOf(record)} from ${at}`)
      }
      return () => {
        if (refusal !== null) throw refusal
        note(`${nameOf(record)} written`)
      }
    },
    (write) => void owed.push(write)
  )
  return () => clearImmediate(timer)
})

const written = (record: RolloutRecord): Promise<void> => Effect.runPromise(writer.written(record))

test("one of few runners is written before anything else happens", () => {
  Effect.runSync(writer.written(recordOf("few", Turns.portion)))
  expect(happened).toEqual([
    [0, "few from 0"],
    [0, "few written"]
  ])
})

test("one of many is put into words a part in each turn, and written in one of its own", async () => {
  const done = written(recordOf("many", many))
  expect(happened).toEqual([])
  await done
  expect(happened.map(([, what]) => what)).toEqual(["many from 0", "many from 500", "many from 1000", "many written"])
  expect(new Set(happened.map(([at]) => at)).size).toBe(happened.length)
})

test("one that changes while it waits or is put into words is written once, as it then stands, for all who wait", async () => {
  const record = recordOf("many", many)
  writer.note(record)
  writer.note(record)
  await Promise.all([written(record), written(record)])
  const once = happened.length
  expect(once).toBe(4)
  const again = written(record)
  while (happened.length === once) await new Promise(setImmediate)
  const third = written(record)
  await Promise.all([again, third, written(recordOf("other", many))])
  const words = ["many from 0", "many from 500", "many from 1000"]
  const others = ["other from 0", "other from 500", "other from 1000", "other written"]
  const since = happened.slice(once).map(([, what]) => what)
  expect(since).toEqual([...words, ...words, "many written", ...others])
})

test("where the disk refuses, whoever waits is told, and it is written when the disk takes it", async () => {
  refusal = new Error("the disk is full")
  await expect(written(recordOf("many", many))).rejects.toThrow("the disk is full")
  refusal = null
  for (const write of owed) write()
  expect(happened.at(-1)?.[1]).toBe("many written")
})

test("at the end what is left is written at once, and so is everything after it", async () => {
  const [one, other] = [written(recordOf("one", many)), written(recordOf("other", many))]
  while (happened.length === 0) await new Promise(setImmediate)
  writer.close()
  for (const write of owed.splice(0)) write()
  await Promise.all([one, other])
  expect(happened.filter(([, what]) => what.endsWith("written")).map(([, what]) => what)).toEqual([
    "one written",
    "other written"
  ])
  Effect.runSync(writer.written(recordOf("late", many)))
  expect(happened.at(-1)?.[1]).toBe("late written")
})

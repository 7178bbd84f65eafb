import type { RolloutRecord } from "@ebb/core/tables/Records"
import { RolloutWriter } from "@ebb/runtime/control/RolloutWriter"
import * as Turns from "@ebb/runtime/kernel/Turns"
import { beforeEach, expect, test } from "vitest"

/** In which turn of the event loop each thing happened. */
let happened: Array<readonly [turn: number, what: string]>
let turn: number
let timer: NodeJS.Immediate
let writer: RolloutWriter

const recordOf = (name: string, members: number): RolloutRecord => ({ number: name, members: Array(members) }) as never
const nameOf = (record: RolloutRecord): string => String(record.number)
const many = 3 * Turns.portion

const note = (what: string): void => void happened.push([turn, what])

beforeEach(() => {
  happened = []
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
      return () => note(`${nameOf(record)} written`)
    },
    (write) => write()
  )
  return () => clearImmediate(timer)
})

const turns = async (done: () => boolean): Promise<void> => {
  while (!done()) await new Promise(setImmediate)
}

const whats = (): ReadonlyArray<string> => happened.map(([, what]) => what)
const written = (name: string) => (): boolean => whats().includes(`${name} written`)

test("one of few runners is written before anything else happens", () => {
  writer.note(recordOf("few", Turns.portion))
  expect(happened).toEqual([
    [0, "few from 0"],
    [0, "few written"]
  ])
})

test("one of many is put into words a part in each turn, and written in one of its own", async () => {
  writer.note(recordOf("many", many))
  expect(happened).toEqual([])
  await turns(written("many"))
  expect(whats()).toEqual(["many from 0", "many from 500", "many from 1000", "many written"])
  expect(new Set(happened.map(([at]) => at)).size).toBe(happened.length)
})

test("one that changes while it waits or is put into words is written once, as it then stands", async () => {
  const record = recordOf("many", many)
  writer.note(record)
  writer.note(record)
  await turns(() => whats().includes("many from 0"))
  writer.note(record)
  writer.note(recordOf("other", many))
  await turns(written("other"))
  const words = ["many from 0", "many from 500", "many from 1000"]
  const others = ["other from 0", "other from 500", "other from 1000", "other written"]
  const inOrder = whats().filter((what) => what.startsWith("many"))
  expect(inOrder).toEqual([...words, ...words, "many written"])
  expect(whats().filter((what) => what.startsWith("other"))).toEqual(others)
})

test("at the end what is left is written at once, and so is everything after it", async () => {
  writer.note(recordOf("one", many))
  writer.note(recordOf("other", many))
  await turns(() => happened.length > 0)
  writer.close()
  expect(whats().filter((what) => what.endsWith("written"))).toEqual(["one written", "other written"])
  writer.note(recordOf("late", many))
  expect(whats().at(-1)).toBe("late written")
})

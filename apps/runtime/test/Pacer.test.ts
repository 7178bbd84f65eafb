import { EventQueue } from "@ebb/sim/world/EventQueue"
import { Pacer } from "@ebb/runtime/kernel/Pacer"
import { Tasks } from "@ebb/runtime/kernel/Tasks"
import { expect, test } from "vitest"
import { Hands } from "./Hands.ts"

const pacerOf = (clock: Hands, limits = new Tasks()) => {
  const queue = new EventQueue()
  const timeline = {
    get nextMs() {
      return queue.nextMs
    },
    step: () => void queue.pop()
  }
  return new Pacer(clock, [timeline], limits)
}

test("a machine that is late runs what was due in order, each at its own instant, before what happens now", () => {
  const clock = new Hands()
  const pacer = pacerOf(clock)
  const seen: Array<string> = []
  for (const atMs of [30, 10, 20]) pacer.at(atMs, (nowMs) => seen.push(`task ${nowMs}`))
  clock.at = 25
  pacer.input((nowMs) => seen.push(`input ${nowMs}`))
  expect(seen).toEqual(["task 10", "task 20", "input 25"])
  pacer.stop()
})

test("time never goes back, even when the clock does", () => {
  const clock = new Hands()
  const pacer = pacerOf(clock)
  clock.at = 50
  expect(pacer.input((nowMs) => nowMs)).toBe(50)
  clock.at = 20
  expect(pacer.input((nowMs) => nowMs)).toBe(50)
  pacer.stop()
})

test("what an input makes due at its own instant is done before it answers, where that is asked for", () => {
  const clock = new Hands()
  const pacer = pacerOf(clock)
  const seen: Array<string> = []
  clock.at = 5
  const asking = (nowMs: number): void => {
    for (const atMs of [nowMs, nowMs + 1]) pacer.at(atMs, (at) => seen.push(`task ${at}`))
    seen.push(`input ${nowMs}`)
  }
  pacer.input(asking, "alsoDue")
  expect(seen).toEqual(["input 5", "task 5"])
  pacer.stop()
})

test("an input in the middle of another is at the same instant", () => {
  const clock = new Hands()
  const pacer = pacerOf(clock)
  clock.at = 5
  const inner = pacer.input(() => {
    clock.at = 9
    return pacer.input((nowMs) => nowMs)
  })
  expect(inner).toBe(5)
  pacer.stop()
})

test("what is due comes to pass by itself; once it is stopped nothing does, though it was due already", async () => {
  const clock = new Hands()
  const pacer = pacerOf(clock)
  const seen: Array<string> = []
  clock.at = 100
  await new Promise<void>((resolve) => {
    pacer.at(10, () => seen.push("first"))
    pacer.at(20, () => {
      seen.push("last")
      pacer.stop()
      resolve()
    })
    pacer.at(30, () => seen.push("too late"))
  })
  pacer.input(() => seen.push("input"))
  expect(seen).toEqual(["first", "last", "input"])
})

test("much that is due comes to pass a part in each turn, in order, and what happens meanwhile is at the instant of the last of it", async () => {
  const clock = new Hands()
  const pacer = pacerOf(clock)
  const seen: Array<number> = []
  const total = 1600
  for (let atMs = 1; atMs <= total; atMs++) pacer.at(atMs, (nowMs) => seen.push(nowMs))
  clock.at = 5000
  const inputs: Array<{ readonly atMs: number; readonly done: number }> = []
  while (seen.length < total) {
    inputs.push({ atMs: pacer.input((nowMs) => nowMs), done: seen.length })
    expect(pacer.input((nowMs) => nowMs, "alsoDue")).toBe(inputs.at(-1)!.atMs)
    await new Promise(setImmediate)
  }
  expect(inputs[0]).toEqual({ atMs: 500, done: 500 })
  expect(inputs.length).toBeGreaterThan(2)
  inputs.forEach(({ atMs, done }, n) => {
    expect(atMs).toBe(done)
    expect(done - (inputs[n - 1]?.done ?? 0)).toBeLessThanOrEqual(500 + 2 * 3)
  })
  expect(seen).toEqual(Array.from({ length: total }, (_, n) => n + 1))
  expect(pacer.input((nowMs) => nowMs)).toBe(5000)
  pacer.stop()
})

test("time goes on while more callers than events of one turn call again as soon as they are answered", async () => {
  const clock = new Hands()
  const pacer = pacerOf(clock)
  let answered = 0
  let isOver = false
  const call = (nowMs: number): void => void pacer.at(nowMs, () => answered++)
  pacer.input((nowMs) => {
    for (let caller = 0; caller < 2000; caller++) call(nowMs)
    pacer.at(nowMs + 1, () => (isOver = true))
  })
  for (let turn = 0; turn < 100 && !isOver; turn++) {
    clock.at++
    const calling = answered
    answered = 0
    for (let caller = 0; caller < calling; caller++) pacer.input(call)
    await new Promise(setImmediate)
  }
  expect(isOver).toBe(true)
  pacer.stop()
})

/** A process whose grace period ends at 3000, beside what comes to pass by itself, in a sandbox that stood still from 100 until 6000. */
const stalled = () => {
  const clock = new Hands()
  const limits = new Tasks()
  const pacer = pacerOf(clock, limits)
  const seen: Array<string> = []
  const note = (what: string) => (nowMs: number) => void seen.push(`${what} ${nowMs}`)
  clock.at = 100
  limits.add(3000, note("grace over"))
  pacer.at(2000, note("simulated"))
  pacer.at(4000, note("simulated"))
  clock.at = 6000
  return { clock, limits, pacer, seen, note }
}
const simulated = ["simulated 2000", "simulated 4000"]

test("after a stall what processes did during it is told now, before their limits; what begins now waits for both", async () => {
  const { note, pacer, seen } = stalled()
  for (const answer of ["first", "second"]) {
    pacer.news(note(answer))
    await new Promise(setImmediate)
  }
  await pacer.overdue()
  pacer.input(note("request"))
  expect(seen).toEqual([...simulated, "first 6000", "second 6000", "grace over 6000", "request 6000"])
  expect(pacer.overdue()).toBe(null)
  pacer.stop()
})

test("while the news of a stall are read time goes on", async () => {
  const { clock, note, pacer, seen } = stalled()
  pacer.news(note("first"))
  clock.at = 6010
  pacer.at(6005, note("simulated"))
  pacer.news(note("second"))
  clock.at = 6040
  await pacer.overdue()
  expect(seen).toEqual([...simulated, "first 6000", "simulated 6005", "second 6010", "grace over 6040"])
  pacer.stop()
})

test("after a stall that is noticed by a timer news are waited for, but not for ever", async () => {
  const { note, pacer, seen } = stalled()
  const isOver = pacer.overdue()!.then(() => true)
  while (!(await Promise.race([isOver, new Promise((resolve) => setTimeout(resolve, 1, false))]))) {
    pacer.news(note("news"))
  }
  expect([seen[2], seen.at(-1)]).toEqual(["news 6000", "grace over 6000"])
  pacer.stop()
})

test("a command after a stall does not put limits before the news", async () => {
  const { note, pacer, seen } = stalled()
  pacer.input(note("command"))
  pacer.news(note("answer"))
  await pacer.overdue()
  expect(seen).toEqual([...simulated, "command 6000", "answer 6000", "grace over 6000"])
  pacer.stop()
})

test("a limit that is hardly late runs out when that is noticed, behind all that was due", () => {
  const { clock, note, pacer, seen } = stalled()
  clock.at = 3010
  pacer.at(3005, note("simulated"))
  pacer.news(note("answer"))
  expect(seen).toEqual(["simulated 2000", "simulated 3005", "grace over 3010", "answer 3010"])
  pacer.stop()
})

test("where more is due than can be done at once limits run out by the clock, at the instant that time has got to", async () => {
  const clock = new Hands()
  const limits = new Tasks()
  const pacer = pacerOf(clock, limits)
  const seen: Array<string> = []
  for (let atMs = 1; atMs <= 600; atMs++) pacer.at(atMs / 100, () => {})
  for (const atMs of [1, 10]) limits.add(atMs, (nowMs) => seen.push(`limit of ${atMs} at ${nowMs}`))
  clock.at = 20
  pacer.input(() => {})
  expect(seen).toEqual([])
  await new Promise(setImmediate)
  expect(seen).toEqual(["limit of 1 at 5", "limit of 10 at 5"])
  pacer.stop()
})

test("where nothing goes on by itself a stall has no news", () => {
  const clock = new Hands()
  const pacer = pacerOf(clock)
  const seen: Array<string> = []
  pacer.at(3000, (nowMs) => seen.push(`event ${nowMs}`))
  clock.at = 6000
  expect(pacer.overdue()).toBe(null)
  pacer.news((nowMs) => seen.push(`caller left ${nowMs}`))
  expect(seen).toEqual(["event 3000", "caller left 6000"])
  pacer.stop()
})

test.each([1500, 20_000])("a limit runs out by the clock while time stays %i ms late", async (lateMs) => {
  const clock = new Hands()
  const limits = new Tasks()
  const pacer = pacerOf(clock, limits)
  // An event each millisecond, and a turn of as many as it may do for each half second.
  const last = 60_000
  for (let atMs = 1; atMs <= last; atMs++) pacer.at(atMs, () => {})
  const ran: Array<number> = []
  const askedMs = lateMs + 500
  limits.add(askedMs + 6000, () => ran.push(clock.at))
  for (clock.at = askedMs; ran.length === 0 && clock.at < askedMs + 30_000; clock.at += 500) {
    pacer.input(() => {})
    await new Promise(setImmediate)
    await pacer.overdue()
  }
  expect(ran).toEqual([askedMs + 6000])
  expect(pacer.input((nowMs) => nowMs)).toBeLessThan(askedMs + 6000)
  pacer.stop()
})

import { EventQueue } from "@ebb/sim/world/EventQueue"
import type { Clock } from "@ebb/runtime/kernel/Clock"
import { Pacer } from "@ebb/runtime/kernel/Pacer"
import { expect, test } from "vitest"

/** A clock that stands where it is put. */
class Hands implements Clock {
  readonly speed = 1
  at = 0
  readonly nowMs = () => this.at
  readonly wallMs = (fleetMs: number) => fleetMs
  readonly fleetMs = (wallMs: number) => wallMs
}

const pacerOf = (clock: Clock, hasNews = false) => {
  const queue = new EventQueue()
  const timeline = {
    get nextMs() {
      return queue.nextMs
    },
    step: () => void queue.pop()
  }
  return new Pacer(clock, [timeline], () => hasNews)
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
  pacer.inputWithDue(asking)
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
    expect(pacer.inputWithDue((nowMs) => nowMs)).toBe(inputs.at(-1)!.atMs)
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

/** A grace period that ends at 3000, in a sandbox that stood still from 100 until 6000. */
const stalled = (hasNews: boolean) => {
  const clock = new Hands()
  const pacer = pacerOf(clock, hasNews)
  const seen: Array<string> = []
  const note = (what: string) => (nowMs: number) => void seen.push(`${what} ${nowMs}`)
  clock.at = 100
  pacer.at(3000, note("grace over"))
  clock.at = 6000
  return { pacer, seen, note }
}

test("after a stall what processes did during it comes before what is overdue, and what begins now after it", async () => {
  const { note, pacer, seen } = stalled(true)
  for (const answer of ["first", "second"]) {
    pacer.news(note(answer))
    await new Promise(setImmediate)
  }
  await pacer.overdue()
  pacer.input(note("request"))
  expect(seen).toEqual(["first 3000", "second 3000", "grace over 3000", "request 6000"])
  expect(pacer.overdue()).toBe(null)
  pacer.stop()
})

test("after a stall that is noticed by a timer news are waited for, but not for ever", async () => {
  const { note, pacer, seen } = stalled(true)
  pacer.at(3001, note("late"))
  const isOver = pacer.overdue()!.then(() => true)
  while (!(await Promise.race([isOver, new Promise((resolve) => setTimeout(resolve, 1, false))]))) {
    pacer.news(note("news"))
  }
  expect([seen[0], seen.includes("grace over 3000"), seen.at(-1)]).toEqual(["news 3000", true, "late 3001"])
  pacer.stop()
})

test("after a stall a command that cannot wait is at its own instant, behind what is overdue", () => {
  const { note, pacer, seen } = stalled(true)
  pacer.news(note("answer"))
  pacer.input(note("command"))
  pacer.news(note("another"))
  expect(seen).toEqual(["answer 3000", "grace over 3000", "command 6000", "another 6000"])
  expect(pacer.overdue()).toBe(null)
  pacer.stop()
})

test("where nothing goes on by itself a stall has no news", () => {
  const { note, pacer, seen } = stalled(false)
  pacer.news(note("caller left"))
  expect(seen).toEqual(["grace over 3000", "caller left 6000"])
  pacer.stop()
})

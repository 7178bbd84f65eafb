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

const pacerOf = (clock: Clock) => {
  const queue = new EventQueue()
  const timeline = {
    get nextMs() {
      return queue.nextMs
    },
    step: () => void queue.pop()
  }
  return new Pacer(clock, [timeline])
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

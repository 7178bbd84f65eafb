import { afterEach, assert, describe, it, vi } from "vitest"
import { FilmClock, speedsFor } from "@ebb/dashboard/film/FilmClock"

const window = { fromMs: 1000, toMs: 121_000 }

/** A browser whose frames come when they are called for. */
const browser = ({ isStill }: { readonly isStill: boolean }) => {
  let nowMs = 0
  let asked: ((nowMs: number) => void) | null = null
  vi.stubGlobal("matchMedia", () => ({ matches: isStill }))
  vi.stubGlobal("performance", { now: () => nowMs })
  vi.stubGlobal("requestAnimationFrame", (frame: (nowMs: number) => void) => {
    asked = frame
    return 1
  })
  vi.stubGlobal("cancelAnimationFrame", () => {
    asked = null
  })
  return {
    frame: (laterMs: number): void => {
      nowMs += laterMs
      const frame = asked
      asked = null
      frame?.(nowMs)
    }
  }
}

const clockIn = ({ isStill = false }: { readonly isStill?: boolean }) => {
  const { frame } = browser({ isStill })
  const shown: Array<readonly [atMs: number, wallMs: number]> = []
  const clock = new FilmClock(
    window,
    (atMs, wallMs) => shown.push([atMs, wallMs]),
    () => {}
  )
  return { clock, frame, shown }
}

describe("the clock of a film", () => {
  afterEach(() => {
    vi.unstubAllGlobals()
  })

  it("goes on with every frame, as fast as it is told", () => {
    const { clock, frame, shown } = clockIn({})
    clock.speed = 10
    clock.play()
    frame(16)
    frame(17)
    assert.deepStrictEqual(shown, [
      [1160, 16],
      [1330, 17]
    ])
  })

  it("does not jump over what happened while the page slept", () => {
    const { clock, frame } = clockIn({})
    clock.speed = 1
    clock.play()
    frame(60_000)
    assert.isBelow(clock.atMs, 2000)
  })

  it("shows one still a second to those who asked for less motion, and nobody moves in between", () => {
    const { clock, frame, shown } = clockIn({ isStill: true })
    clock.speed = 2
    clock.play()
    for (let at = 0; at < 100; at++) frame(20)
    assert.deepStrictEqual(shown, [
      [3000, 0],
      [5000, 0]
    ])
  })

  it("stops at the end, and begins again from there", () => {
    const { clock, frame } = clockIn({})
    clock.goTo(120_999)
    clock.play()
    frame(100)
    assert.isFalse(clock.isPlaying)
    assert.isTrue(clock.isAtEnd)
    clock.play()
    assert.strictEqual(clock.atMs, window.fromMs)
  })

  it("begins at a speed at which the whole is seen in less than half a minute", () => {
    for (const toMs of [5000, 60_000, 1_200_000]) {
      const { all, first } = speedsFor({ fromMs: 0, toMs })
      assert.include(all, first)
      assert.isAtMost(toMs / first, 30_000)
    }
  })
})

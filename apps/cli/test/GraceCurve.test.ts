import * as GraceCurve from "@ebb/cli/commands/plan/GraceCurve"
import type { Grace } from "@ebb/plan/grace/Grace"
import { assert, describe, it } from "vitest"

const terminal = { isTerminal: true, colour: false, unicode: true, columns: 80 }
const of = (mean: number) => ({ mean, low: mean, high: mean, n: 4 })
const point = (graceSeconds: number, share: number) => ({
  graceSeconds,
  share: of(share),
  count: of(10 * share),
  direct: of(0),
  queued: of(10 * share),
  timingOut: of(0),
  lostWorkSeconds: of(30 * share)
})

const graceOf = (today: number, knee: number | null): Grace => ({
  seen: 200,
  timingOut: null,
  repeated: false,
  curve: [point(0, 1), point(10, 0.3), point(20, 0.1), point(40, 0)],
  knee,
  periods: [],
  today: { ...point(today, 0.3), confirmed: of(3), lostAmount: null },
  worstHour: null,
  tailIndex: null,
  limits: []
})

/** What stands under the axis: each arrow with its column, the name beside it, and whether nothing but another arrow is between it and the axis. */
const arrowsOf = (grace: Grace, width: number) => {
  const all = GraceCurve.lines(grace, terminal, width)
  const under = all.slice(all.findIndex((line) => /0 s +40 s$/.test(line)) + 1)
  return under.flatMap((line, row) =>
    [...line.matchAll(/▲/g)].map(({ index }) => ({
      column: index,
      name: /^▲ (\d+ s \w+)/.exec(line.slice(index))?.[1] ?? /(\d+ s \w+) $/.exec(line.slice(0, index))?.[1],
      isFree: under.slice(0, row).every((above) => " ▲".includes(above[index] ?? " "))
    }))
  )
}

describe("the marks under the curve of a plan", () => {
  it.each([80, 50])("stand beside their names with nothing in between, wherever they are, in %d columns", (width) => {
    const label = 9
    const columns = Math.min(64, width - 10)
    for (let today = 0; today <= 40; today++)
      for (let knee = 0; knee <= 40; knee++) {
        const arrows = arrowsOf(graceOf(today, knee), width)
        const columnOf = (seconds: number): number => label + Math.round((seconds / 40) * (columns - 1))
        assert.sameDeepMembers(
          arrows,
          [
            { column: columnOf(today), name: `${today} s today`, isFree: true },
            { column: columnOf(knee), name: `${knee} s knee`, isFree: true }
          ],
          `${today} and ${knee}`
        )
      }
  })
})

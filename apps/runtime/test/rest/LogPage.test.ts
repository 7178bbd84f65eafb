import { newest } from "@ebb/runtime/planes/rest/LogPage"
import { assert, it } from "vitest"

const lines = (...moments: ReadonlyArray<number>) =>
  moments.map((moment, at) => ({ timestamp: `2026-01-01T00:00:00.${String(moment).padStart(3, "0")}Z`, at }))

/** Pages on as the public command line does. */
const pagedOn = (all: ReturnType<typeof lines>, size: number): ReadonlyArray<number> => {
  const seen: Array<number> = []
  for (let until: string | null = "9"; until !== null;) {
    const last: string = until
    const { items, nextUntil } = newest(
      all.filter(({ timestamp }) => timestamp <= last),
      size
    )
    seen.push(...items.map(({ at }) => at))
    until = nextUntil
  }
  return seen
}

it("every line comes once, newest first, whatever the pages", () => {
  const all = lines(1, 2, 2, 3, 3, 3, 3, 3, 4, 5, 5)
  const whole = all.map(({ at }) => at).toReversed()
  for (let size = 1; size <= all.length + 1; size++) assert.deepStrictEqual(pagedOn(all, size), whole, String(size))
})

it("a log without lines is one empty page", () => {
  assert.deepStrictEqual(newest([], 3), { items: [], nextUntil: null })
})

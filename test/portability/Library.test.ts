import { readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "vitest"
import { engines } from "./Engines.ts"

const example = "examples/library.ts"

/** How many requests were cut on average, by the grace period in seconds. */
const cuts = (printed: string): ReadonlyArray<readonly [graceSeconds: number, cut: number]> =>
  [...printed.matchAll(/^grace (\d+) s: cut ([\d.]+)/gm)].map(([, grace, cut]) => [Number(grace), Number(cut)])

describe("the example of a world", () => {
  it.each(["Bun", "Deno", "Node"] as const)("drains a request gracefully and retries one by force on %s", (name) => {
    assert.deepStrictEqual(engines[name]("examples/world.ts").trimEnd().split("\n"), [
      "hello, by runner 1 at attempt 1",
      "wait, by runner 1 at attempt 1",
      "graceful: 1 in flight, 1 drained",
      "force: 1 in flight, 1 retried",
      "hang, by runner 3 at attempt 2"
    ])
  })
})

describe("the example of the library", () => {
  const printed = engines.Bun(example)

  it("is short", () => {
    const lines = readFileSync(join(import.meta.dirname, "../..", example), "utf8")
      .trimEnd()
      .split("\n")
    assert.isBelow(lines.length, 30)
  })

  it("finds a grace period that cuts nobody, and one that cuts many", () => {
    const found = cuts(printed)
    assert.isAbove(found.length, 2)
    assert.isAbove(found[0]![1], 1)
    assert.strictEqual(found.at(-1)![1], 0)
    for (const [at, [, cut]] of found.entries()) assert.isAtMost(cut, found[at - 1]?.[1] ?? Infinity)
  })

  it("replays the journal of a run", () => {
    assert.match(printed, /from its journal: [\d,]+ inputs, hash [0-9a-f]{32}\n$/)
  })

  it.each(["Deno", "Node"] as const)("prints the same on %s", (name) => {
    assert.strictEqual(engines[name](example), printed)
  })
})

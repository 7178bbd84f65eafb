import { limits } from "@ebb/runtime/edge/Limits"
import { Logs } from "@ebb/runtime/kernel/Logs"
import { assert, describe, it } from "@effect/vitest"

describe("the log of a runner", () => {
  it("keeps the newest 10,000 lines", () => {
    const logs = new Logs(limits)
    for (let line = 0; line < 35_000; line++) logs.add("STDOUT", String(line))
    const kept = logs.all().map(({ message }) => message)
    assert.deepStrictEqual([kept.length, kept[0], kept.at(-1)], [10_000, "25000", "34999"])
  })

  it("tells who follows of every line, and of its end", () => {
    const logs = new Logs(limits)
    const told: Array<string> = []
    logs.follow(
      ({ message }) => told.push(message),
      () => told.push("over")
    )
    logs.follow(
      () => told.push("left"),
      () => told.push("left")
    )()
    logs.add("INFO", "one")
    assert.isFalse(logs.isOver)
    logs.end()
    assert.isTrue(logs.isOver)
    assert.deepStrictEqual(told, ["one", "over"])
  })

  it("keeps no more than 4 Mi characters of long lines, the newest of them", () => {
    const logs = new Logs(limits)
    const text = "x".repeat(65_535)
    for (let line = 0; line < 1000; line++) logs.add("STDOUT", `${line % 10}${text}`)
    const kept = logs.all().map(({ message }) => message)
    assert.strictEqual(kept.length, 64)
    assert.strictEqual(kept.at(-1)?.[0], "9")
  })
})

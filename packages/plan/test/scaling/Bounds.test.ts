import * as Bounds from "@ebb/plan/scaling/Bounds"
import { Result } from "effect"
import { assert, describe, it } from "vitest"

const valuesOf = (text: string): ReadonlyArray<number> => Result.getOrThrow(Bounds.parseLet(text)).values

describe("what a setting may be", () => {
  it("is a range of counts, a list, or both", () => {
    assert.deepStrictEqual(valuesOf("scaling.min_concurrency=1..4"), [1, 2, 3, 4])
    assert.deepStrictEqual(valuesOf("scaling.max_concurrency=8, 2,4,2"), [2, 4, 8])
    assert.deepStrictEqual(valuesOf("scaling.concurrency_buffer=0..2,5"), [0, 1, 2, 5])
  })

  it("is, for a time, a range whose values double up to its end", () => {
    assert.deepStrictEqual(valuesOf("scaling.keep_alive=30s..5m"), [30, 60, 120, 240, 300])
    assert.deepStrictEqual(valuesOf("scaling.keep_alive=0s..4s"), [0, 1, 2, 4])
    assert.deepStrictEqual(valuesOf("app.termination_grace_period=1h"), [3600])
  })
})

it.each([
  ["scaling.min_concurrency=10..1", "the bounds are the wrong way round; write 1..10"],
  ["scaling.keep_alive=5m..30s", "the bounds are the wrong way round; write 30s..5m"],
  ["scaling.min_concurency=1..10", "scaling.min_concurency is no setting; did you mean scaling.min_concurrency?"],
  ["scaling.keep_alive=300", "300 is not a time such as 5m, or a range such as 30s..5m"],
  ["scaling.min_concurrency=5s", "5s is not a whole number, or a range such as 1..10"],
  ["scaling.min_concurrency=1..2..3", "1..2..3 is not a whole number, or a range such as 1..10"],
  ["scaling.min_concurrency=", "nothing is not a whole number, or a range such as 1..10"],
  ["scaling.max_concurrency=0..3", "must be at least 1, got 0"],
  ["scaling.min_concurrency=1..90000", "must be at most 1000 values"],
  ["scaling.min_concurrency", "must be PATH=RANGE, for example scaling.min_concurrency=1..10"]
])("%s is refused in one sentence", (text, problem) => {
  const parsed = Bounds.parseLet(text)
  assert.isTrue(Result.isFailure(parsed))
  if (Result.isFailure(parsed)) assert.strictEqual(parsed.failure.message, `--let ${text}: ${problem}`)
})

import { GuessLimit } from "@ebb/runtime/control/GuessLimit"
import { assert, it } from "vitest"

it("a hundred wrong guesses at once are answered as such, and then ten a second", () => {
  const limit = new GuessLimit(0)
  const wrong = (nowMs: number, times: number) =>
    Array.from({ length: times }, () => limit.isTooMany(nowMs)).filter((isTooMany) => !isTooMany).length
  assert.strictEqual(wrong(0, 150), 100)
  assert.strictEqual(wrong(1000, 150), 10)
  assert.strictEqual(wrong(1000, 150), 0)
  assert.strictEqual(wrong(3_600_000, 150), 100)
})

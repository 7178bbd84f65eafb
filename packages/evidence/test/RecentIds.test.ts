import { RecentIds } from "@ebb/evidence/requests/RecentIds"
import { assert, it } from "vitest"

it("an id is known again among the last half million, and no other is taken for it", () => {
  const ids = new RecentIds()
  for (let row = 0; row < 600_000; row++) assert.isFalse(ids.add(`request-${row}`))
  assert.isTrue(ids.add("request-599999"))
  assert.isTrue(ids.add("request-100001"))
  for (let row = 600_000; row < 1_600_000; row++) ids.add(`request-${row}`)
  assert.isFalse(ids.add("request-100001"))
})

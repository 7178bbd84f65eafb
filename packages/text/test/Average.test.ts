import { assert, it } from "@effect/vitest"
import * as Average from "@ebb/text/Average"

it.each([
  [0, "0 requests"],
  [1, "1 request"],
  [9, "9 requests"],
  [9.64, "9.6 requests on average"],
  [1.02, "1 request on average"],
  [1234.5, "1,235 requests on average"],
  [0.05, "about 1 request in 20 rollouts"],
  [0.1, "about 1 request in 10 rollouts"],
  [0.15, "about 1 request in 7 rollouts"],
  [1 / 3, "about 1 request in 3 rollouts"],
  [0.5, "about 1 request in 2 rollouts"],
  [0.7, "about 7 requests in 10 rollouts"],
  [0.9499, "about 9 requests in 10 rollouts"],
  [0.00024, "about 1 request in 4,200 rollouts"]
])("says a mean of %d requests as %s", (mean, text) => assert.strictEqual(Average.of(mean, "request"), text))

it("has what is counted do something", () => {
  const fails = { one: "fails", many: "fail" }
  assert.deepStrictEqual(
    [1, 9.6, 0.1, 0.7].map((mean) => Average.of(mean, "request", fails)),
    [
      "1 request fails",
      "9.6 requests fail on average",
      "about 1 request fails in 10 rollouts",
      "about 7 requests fail in 10 rollouts"
    ]
  )
})

it("leaves out what is counted where it is known", () => {
  const means = [0, 9, 9.64, 0.05]
  assert.deepStrictEqual(
    means.map((mean) => Average.short(mean)),
    ["0", "9", "9.6", "about 1 in 20 rollouts"]
  )
  assert.deepStrictEqual(
    means.map((mean) => Average.short(mean, "more")),
    ["0 more", "9 more", "9.6 more", "about 1 more in 20 rollouts"]
  )
})

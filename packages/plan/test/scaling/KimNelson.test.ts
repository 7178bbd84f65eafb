import * as KimNelson from "@ebb/plan/scaling/KimNelson"
import { variance } from "@ebb/sim/measure/Sample"
import * as Random from "@ebb/sim/workload/Random"
import { assert, it } from "vitest"

const selection = { first: 10, candidates: 5, wrong: 0.05, indifference: 1 }

it("the triangle of Kim and Nelson: its height falls with the seeds and closes where it should", () => {
  const a = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3]
  const b = a.map(() => 0)
  // eta = ((2 * 0.05 / 4) ** (-2 / 9) - 1) / 2, h2 = 2 * eta * 9
  const h2 = ((0.1 / 4) ** (-2 / 9) - 1) * 9
  assert.approximately(KimNelson.margin(selection, a, b), (h2 * variance(a) - 10) / 20, 1e-9)
  const closes = Math.ceil(h2 * variance(a))
  const long = Array.from({ length: closes }, (_, at) => a[at] ?? 0)
  assert.strictEqual(KimNelson.margin(selection, long, long.map(() => 0).with(0, 0)), 0)
})

it("candidates that cost the same under every seed have no margin", () => {
  const a = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3]
  assert.strictEqual(KimNelson.margin(selection, a, a), 0)
})

/** The one that is left of five normal candidates, the best of which is better by just what matters. */
const selected = (seed: number): number => {
  const random = Random.make(seed)
  const normal = (candidate: number, at: number): number => {
    const draws = Array.from({ length: 12 }, (_, part) => random.uniform(candidate, at, part))
    return draws.reduce((sum, draw) => sum + draw, -6) * 2
  }
  const values = Array.from({ length: 5 }, (): Array<number> => [])
  let left = [0, 1, 2, 3, 4]
  for (let at = 0; left.length > 1; at++) {
    for (const candidate of left) values[candidate]!.push(normal(candidate, at) + (candidate === 3 ? 0 : 1))
    if (at + 1 < selection.first) continue
    const mean = (candidate: number) => values[candidate]!.reduce((sum, value) => sum + value, 0) / (at + 1)
    const isLeft = (one: number): boolean =>
      left.every((other) => mean(one) - mean(other) <= KimNelson.margin(selection, values[one]!, values[other]!))
    left = left.filter(isLeft)
  }
  return left[0]!
}

it("selects the best of normal candidates at least as often as it says", () => {
  const right = Array.from({ length: 200 }, (_, seed) => selected(seed + 1)).filter((candidate) => candidate === 3)
  assert.isAtLeast(right.length, 190)
})

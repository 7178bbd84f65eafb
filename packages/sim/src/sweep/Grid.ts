import * as Random from "../workload/Random.ts"
import type { Vary } from "./Vary.ts"

/** A point of a grid: the value of each that varies. */
export type Point = ReadonlyArray<string>

/** How many points a grid has. */
export const size = (varied: ReadonlyArray<Vary>): number =>
  varied.reduce((product, { values }) => product * values.length, 1)

/** The point with that number: the last that varies changes first. */
const point = (varied: ReadonlyArray<Vary>, number: number): Point => {
  let rest = number
  return varied
    .toReversed()
    .map(({ values }) => {
      const value = values[rest % values.length]!
      rest = Math.floor(rest / values.length)
      return value
    })
    .toReversed()
}

/** Every point of a grid in order. */
export const whole = (varied: ReadonlyArray<Vary>): ReadonlyArray<Point> =>
  Array.from({ length: size(varied) }, (_, number) => point(varied, number))

/** So many draws are compared; the one with the most different points is taken. */
const draws = 50

/**
 * So many points of a grid by a Latin hypercube, in the order of the grid: each value of what varies is taken equally often,
 * give or take one. Where they cannot all be different there are fewer.
 */
export const sample = (varied: ReadonlyArray<Vary>, count: number, seed: number): ReadonlyArray<Point> => {
  if (count >= size(varied)) return whole(varied)
  const random = Random.make(seed)
  let best: ReadonlySet<number> = new Set()
  for (let draw = 0; draw < draws && best.size < count; draw++) {
    const drawn = new Set(numbers(varied, count, random, draw))
    if (drawn.size > best.size) best = drawn
  }
  return [...best].sort((a, b) => a - b).map((number) => point(varied, number))
}

const numbers = (
  varied: ReadonlyArray<Vary>,
  count: number,
  random: Random.Random,
  draw: number
): ReadonlyArray<number> => {
  const found = Array.from({ length: count }, () => 0)
  for (const [dimension, { values }] of varied.entries()) {
    const order = shuffled(count, (index) => random.uniform(dimension, draw, index))
    for (const [at, stratum] of order.entries()) {
      found[at] = found[at]! * values.length + Math.floor((stratum * values.length) / count)
    }
  }
  return found
}

const shuffled = (count: number, uniform: (index: number) => number): ReadonlyArray<number> => {
  const order = Array.from({ length: count }, (_, index) => index)
  for (let last = count - 1; last > 0; last--) {
    const other = Math.floor(uniform(last) * (last + 1))
    const kept = order[last]!
    order[last] = order[other]!
    order[other] = kept
  }
  return order
}

import * as Random from "@ebb/sim/workload/Random"
import { exp, ln } from "@ebb/sim/workload/Elementary"
import libraryExp from "@stdlib/math-base-special-exp/lib/main.js"
import libraryLn from "@stdlib/math-base-special-ln/lib/main.js"
import { assert, describe, it } from "vitest"

const random = Random.make(1)
const at = new DataView(new ArrayBuffer(8))

/** The number with those bits. */
const numberOf = (high: number, low: number): number => {
  at.setUint32(0, high)
  at.setUint32(4, low)
  return at.getFloat64(0)
}

/** So many numbers beside that one, on either side. */
const around = (x: number, count: number): ReadonlyArray<number> => {
  at.setFloat64(0, x)
  const bits = at.getBigInt64(0)
  return Array.from({ length: 2 * count + 1 }, (_, n) => {
    at.setBigInt64(0, bits + BigInt(n - count))
    return at.getFloat64(0)
  })
}

const numbers = (count: number, of: (entity: number) => number): ReadonlyArray<number> =>
  Array.from({ length: count }, (_, entity) => of(entity))

const uniform = (stream: number) => (entity: number) => random.uniform(stream, entity, 0)
const anyBits = (entity: number): number =>
  numberOf(Math.floor(uniform(1)(entity) * 2 ** 32), Math.floor(uniform(2)(entity) * 2 ** 32))

/** Zero, subnormal numbers, powers of two and what is beside them up to the greatest, no numbers. */
const special = [0, NaN, Infinity, Number.MAX_VALUE]
  .concat(numbers(2098, (n) => 2 ** (n - 1074)).flatMap((power) => around(power, 3)))
  .flatMap((x) => [x, -x])

const differing = (
  xs: ReadonlyArray<number>,
  own: (x: number) => number,
  library: (x: number) => number
): ReadonlyArray<number> => xs.filter((x) => !Object.is(own(x), library(x)))

describe("the logarithm", () => {
  const same = (xs: ReadonlyArray<number>) => assert.deepStrictEqual(differing(xs, ln, libraryLn), [])

  it("has the bits of the library's for the numbers that are drawn", () => same(numbers(300_000, uniform(3))))

  it("has them for numbers of every size, and where there is none", () => {
    same(numbers(300_000, anyBits))
    same(special)
  })

  it("has them where its formula changes", () => {
    const halves = [0, 0x6147a, 0x6a09c, 0x6b851, 0xfffff]
    const exponents = numbers(140, (n) => (1023 - 70 + n) << 20)
    same(exponents.flatMap((exponent) => halves.flatMap((half) => around(numberOf(exponent + half, 0), 3))))
    const beside = [-2, -1, 0, 1, 2].flatMap((by) => halves.map((half) => half + by))
    same(exponents.flatMap((exponent) => beside.map((half) => numberOf(exponent + half, 0x12345678))))
  })
})

describe("the exponential function", () => {
  const same = (xs: ReadonlyArray<number>) => assert.deepStrictEqual(differing(xs, exp, libraryExp), [])

  it("has the bits of the library's for numbers such as are drawn", () => {
    same(numbers(300_000, (entity) => 8 * uniform(4)(entity) - 4))
    same(numbers(300_000, (entity) => 2000 * uniform(5)(entity) - 1000))
  })

  it("has them for numbers of every size, and where there is none", () => {
    same(numbers(100_000, anyBits))
    same(special)
  })

  it("has them where its formula changes", () => {
    same(numbers(121, (n) => (n - 60 + 0.5) * Math.LN2).flatMap((x) => around(x, 100)))
    same([2 ** -28, 40, -(2 ** -28), -40].flatMap((x) => around(x, 3)))
  })
})

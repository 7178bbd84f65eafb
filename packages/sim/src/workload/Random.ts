/**
 * Keyed randomness: a draw is a pure function of (seed, stream, entity, index), so that runs of one seed see the same
 * arrivals, service times and cold starts whatever happens in between (common random numbers).
 */
export interface Random {
  readonly seed: number
  /** In the open interval (0, 1), 52 bits. `entity` is an integer below 2^53. */
  readonly uniform: (stream: number, entity: number, index: number) => number
}

const golden = 0x9e3779b9

/** Bijective mixing of 32 bits by shifts and products (the "lowbias32" constants of C. Wellons, hash-prospector). */
const mix = (value: number): number => {
  let x = value ^ (value >>> 16)
  x = Math.imul(x, 0x21f0aaad)
  x ^= x >>> 15
  x = Math.imul(x, 0x735a2d97)
  return x ^ (x >>> 15)
}

const twoTo26 = 67_108_864
const twoTo32 = 4_294_967_296
const twoTo52 = 4_503_599_627_370_496

/** The draws of one seed; integer arithmetic alone, so the same bits on every engine. */
export const make = (seed: number): Random => {
  const key = mix(mix(seed | 0) ^ Math.floor(seed / twoTo32))
  return {
    seed,
    uniform: (stream, entity, index) => {
      const high = entity < twoTo32 ? 0 : Math.floor(entity / twoTo32)
      const a = mix(key ^ Math.imul(stream + 1, golden))
      const b = mix((a + entity) | 0)
      const c = mix((b ^ Math.imul(index + 1, 0x85ebca6b)) + high)
      const d = mix(c + Math.imul(b, golden) + a)
      return ((c >>> 6) * twoTo26 + (d >>> 6) + 0.5) / twoTo52
    }
  }
}

import type { Sampler } from "./Distribution.ts"
import type { Random } from "./Random.ts"

/** So many draws are remembered: 1 MiB of them. */
export const most = 131_072

/**
 * One draw after the other from a stream. The first of them are remembered: every fork of a run takes the same ones, and what
 * is remembered is what would be drawn again, so all of them may have this in common.
 */
export class Draws {
  private values = new Float64Array(0)
  private count = 0
  private readonly sampler: Sampler
  private readonly random: Random
  private readonly stream: number

  constructor(sampler: Sampler, random: Random, stream: number) {
    this.sampler = sampler
    this.random = random
    this.stream = stream
  }

  /** The value of that entity. */
  at(entity: number): number {
    if (entity < this.count) return this.values[entity]!
    const value = this.sampler.sample(this.random, this.stream, entity)
    if (entity === this.count && entity < most) this.remember(value)
    return value
  }

  private remember(value: number): void {
    if (this.count === this.values.length) {
      const larger = new Float64Array(Math.max(1024, 2 * this.count))
      larger.set(this.values)
      this.values = larger
    }
    this.values[this.count++] = value
  }
}

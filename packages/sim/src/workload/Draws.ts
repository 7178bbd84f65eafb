import type { Sampler } from "./Distribution.ts"
import type { Random } from "./Random.ts"

/** So many draws are remembered: 1 MiB of them. */
export const most = 131_072

/** So many draws are made in a row: one by one between the events of a run, they make a run of the preset llm take a tenth longer. */
const atOnce = 32

/**
 * One draw after the other from a stream. The first of them are remembered: every fork of a run takes the same ones, and what
 * is remembered is what would be drawn again, so all of them may have this in common.
 */
export class Draws {
  private values = new Float64Array(0)
  private count = 0
  /** Of those beyond: from a multiple of `atOnce` on. */
  private readonly ahead = new Float64Array(atOnce)
  private aheadFrom = Infinity
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
    if (entity === this.count && entity < most) return this.remember(entity)
    return this.beyond(entity)
  }

  private remember(entity: number): number {
    if (entity === this.values.length) {
      const larger = new Float64Array(Math.max(1024, 2 * entity))
      larger.set(this.values)
      this.values = larger
    }
    this.draw(this.values, entity, entity)
    this.count += atOnce
    return this.values[entity]!
  }

  private beyond(entity: number): number {
    const at = entity - this.aheadFrom
    if (at >= 0 && at < atOnce) return this.ahead[at]!
    if (entity % atOnce !== 0) return this.sampler.sample(this.random, this.stream, entity)
    this.draw(this.ahead, 0, entity)
    this.aheadFrom = entity
    return this.ahead[0]!
  }

  private draw(into: Float64Array, at: number, entity: number): void {
    const { random, sampler, stream } = this
    for (let next = 0; next < atOnce; next++) into[at + next] = sampler.sample(random, stream, entity + next)
  }
}

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
  private remembered = new Float64Array(0)
  private count = 0
  /** Of those beyond: from a multiple of `atOnce` on. */
  private readonly ahead = new Float64Array(atOnce)
  /** What was asked for last stands here, from `from` on: among those remembered, or beyond. */
  private values = this.remembered
  private from = 0
  private length = 0
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
    const at = entity - this.from
    return at >= 0 && at < this.length ? this.values[at]! : this.elsewhere(entity)
  }

  private elsewhere(entity: number): number {
    if (entity === this.count && entity < most) this.remember(entity)
    if (entity < this.count) return this.turnTo(this.remembered, 0, this.count, entity)
    if (entity % atOnce !== 0) return this.sampler.sample(this.random, this.stream, entity)
    this.draw(this.ahead, 0, entity)
    return this.turnTo(this.ahead, entity, atOnce, entity)
  }

  private turnTo(values: Float64Array<ArrayBuffer>, from: number, length: number, entity: number): number {
    this.values = values
    this.from = from
    this.length = length
    return values[entity - from]!
  }

  private remember(entity: number): void {
    if (entity === this.remembered.length) {
      const larger = new Float64Array(Math.max(1024, 2 * entity))
      larger.set(this.remembered)
      this.remembered = larger
    }
    this.draw(this.remembered, entity, entity)
    this.count += atOnce
  }

  private draw(into: Float64Array, at: number, entity: number): void {
    const { random, sampler, stream } = this
    if (sampler.fill !== undefined) return sampler.fill(random, stream, entity, into, at, atOnce)
    for (let next = 0; next < atOnce; next++) into[at + next] = sampler.sample(random, stream, entity + next)
  }
}

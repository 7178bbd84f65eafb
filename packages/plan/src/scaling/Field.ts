import { isSame, type Setting } from "./Candidates.ts"
import * as KimNelson from "./KimNelson.ts"
import type { Tried } from "./Tried.ts"

/** How likely the cheapest may be another one, and by how much it must be cheaper for that to matter. */
const wrong = 0.05
const indifferentShare = 0.01

/** Seeds that every candidate gets. */
export const firstSeeds = 10
/** Each look takes so many times the seeds of the one before. */
const growth = 1.3
/** Looks at a candidate that there can be: with more seeds than that nobody waits for the end. */
const looksMost = 14

/** How many seeds a candidate has at each look. */
const looks: ReadonlyArray<number> = Array.from({ length: looksMost - 1 }).reduce<ReadonlyArray<number>>(
  (all) => [...all, Math.ceil(all.at(-1)! * growth)],
  [firstSeeds]
)

/** Who gets further seeds, and how many each then has. */
export interface Next {
  readonly those: ReadonlyArray<Tried>
  readonly seeds: number
}

const cheapestOf = (those: ReadonlyArray<Tried>): Tried | null =>
  those.reduce<Tried | null>((best, each) => (best === null || each.excessOver(best) < 0 ? each : best), null)

/** The candidates, and which of them are still in question. */
export class Field {
  private readonly all: ReadonlyArray<Tried>
  private readonly places: ReadonlyMap<Tried, number>
  /** Who is dearer than another, and that other: it is in question again when the other no longer keeps every SLO. */
  private readonly behind = new Map<Tried, Tried>()
  private selection: KimNelson.Selection | null = null

  constructor(all: ReadonlyArray<Tried>, today: Setting) {
    this.all = all
    this.places = new Map(all.map((tried, at) => [tried, isSame(tried.setting, today) ? -1 : at]))
  }

  get inQuestion(): ReadonlyArray<Tried> {
    return this.all.filter((tried) => !tried.fails && !this.behind.has(tried))
  }

  /** Whether it is known which is the cheapest that holds, or that none does. */
  get isSettled(): boolean {
    const [first, ...others] = this.inQuestion
    return first === undefined ? this.all.every(({ isBroken }) => isBroken) : others.length === 0 && first.holds
  }

  /** Those in question that have the fewest seeds; null where nobody may have more. */
  get next(): Next | null {
    const { inQuestion } = this
    const fewest = Math.min(...inQuestion.map((tried) => tried.seeds))
    const seeds = looks.find((each) => each > fewest)
    return seeds === undefined ? null : { those: inQuestion.filter((tried) => tried.seeds === fewest), seeds }
  }

  /** The cheapest of those that hold, else of those that no run broke, else of those that hold by their means so far. */
  get cheapest(): Tried | null {
    const { inQuestion } = this
    const of = (isGood: (tried: Tried) => boolean): Tried | null => cheapestOf(inQuestion.filter(isGood))
    return of(({ holds }) => holds) ?? of(({ keeps }) => keeps) ?? of(({ isLikely }) => isLikely)
  }

  /**
   * After some got further seeds: who fails an SLO leaves for good, and who is dearer than one that keeps them all stands back
   * while that one does.
   */
  look(those: ReadonlyArray<Tried>): void {
    for (const tried of those) tried.judge(wrong / this.all.length / looksMost)
    for (const [dearer, cheaper] of this.behind) if (!cheaper.keeps) this.behind.delete(dearer)
    const { inQuestion } = this
    if (inQuestion.length === 0) return
    this.selection ??= this.begin(inQuestion)
    const keeping = new Set(inQuestion.filter(({ keeps }) => keeps))
    // The dearest first: nobody stands behind one that stands behind it.
    for (const tried of inQuestion.toSorted((a, b) => b.meanCost - a.meanCost)) {
      const cheaper = [...keeping].find((other) => this.isDearer(tried, other))
      if (cheaper === undefined) continue
      this.behind.set(tried, cheaper)
      keeping.delete(tried)
    }
  }

  private begin(inQuestion: ReadonlyArray<Tried>): KimNelson.Selection {
    const least = Math.min(...inQuestion.map(({ meanCost }) => meanCost))
    const indifference = Math.max(least * indifferentShare, Number.MIN_VALUE)
    return { first: firstSeeds, candidates: this.all.length, wrong, indifference }
  }

  private isDearer(tried: Tried, other: Tried): boolean {
    if (tried === other) return false
    const by = tried.excessOver(other)
    const margin = KimNelson.margin(this.selection!, tried.costs, other.costs)
    if (by !== 0 || margin > 0) return by > margin
    // Just as dear: today's settings stay, else the first in the order of the bounds.
    return tried.keeps && this.places.get(tried)! > this.places.get(other)!
  }
}

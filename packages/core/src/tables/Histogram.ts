import type { Summary } from "../domain/Measures.ts"

const unitsPerMs = 1000

/** So many values keep a count of their own; beyond, each octave has half as many, all equally wide. */
const perOctaveBits = 10
const perOctave = 2 ** perOctaveBits
const precise = 2 * perOctave
const twoTo31 = 2 ** 31

/** The index of a number without its fraction; it is halved, rounding down, until it is below `precise`. */
const indexOf = (value: number): number => {
  if (value >= twoTo31) return indexOfLarge(Math.floor(value))
  // An integer from here on, in the registers too.
  const int = value | 0
  if (int < precise) return int
  const halvings = 21 - Math.clz32(int)
  return halvings * perOctave + (int >>> halvings)
}

const indexOfLarge = (value: number): number => {
  const halvings = 52 - Math.clz32(value / twoTo31)
  return halvings * perOctave + Math.floor(value / 2 ** halvings)
}

/** The greatest value that is counted at an index. */
const greatestAt = (index: number): number => {
  const octave = Math.max(0, Math.floor(index / perOctave) - 1)
  return (index - octave * perOctave + 1) * 2 ** octave - 1
}

/** Counts come in pages of so many: small enough for the engine to keep them in its own heap, where they cost little. */
const perPageBits = 6
const perPage = 2 ** perPageBits

/**
 * Durations in milliseconds: mean and greatest are exact, percentiles within 0.1 %. Whole microseconds are counted in
 * buckets that widen with the value, as in HdrHistogram (G. Tene) with three significant digits.
 */
export class Histogram {
  /** Null where nothing was counted: durations of one app are few octaves wide. */
  private pages: Array<Float64Array | null> = []
  private sumMs = 0
  private maxMs = 0
  private count = 0
  /** What stands for the counts once they are gone. */
  private sealed: Summary | null = null

  record(ms: number): void {
    const index = indexOf(ms * unitsPerMs + 0.5)
    const page = this.pages[index >>> perPageBits] ?? this.addPage(index >>> perPageBits)
    page[index & (perPage - 1)]!++
    this.sumMs += ms
    if (ms > this.maxMs) this.maxMs = ms
    this.count++
  }

  add(other: Histogram): void {
    for (const [at, counts] of other.pages.entries()) {
      if (counts === null) continue
      const page = this.pages[at] ?? this.addPage(at)
      for (let index = 0; index < perPage; index++) page[index]! += counts[index]!
    }
    this.sumMs += other.sumMs
    this.maxMs = Math.max(this.maxMs, other.maxMs)
    this.count += other.count
  }

  private addPage(at: number): Float64Array {
    while (this.pages.length <= at) this.pages.push(null)
    return (this.pages[at] = new Float64Array(perPage))
  }

  /** How many values were recorded. */
  get recorded(): number {
    return this.count
  }

  /** Nothing will be recorded any more: of the counts, which take some 10 KB, the summary alone is kept. */
  seal(): void {
    this.sealed = this.summary()
    this.pages = []
  }

  /** Null when nothing was recorded. */
  summary(): Summary | null {
    const { count, maxMs, pages, sumMs } = this
    return count === 0 || this.sealed !== null ? this.sealed : summaryOf([pages], { count, sumMs, maxMs })
  }

  /** What one would say that had counted what all of these did; none of them is sealed. */
  static summaryOfAll(histograms: ReadonlyArray<Histogram>): Summary | null {
    const counted = { count: 0, sumMs: 0, maxMs: 0 }
    for (const { count, maxMs, sumMs } of histograms) {
      counted.count += count
      counted.sumMs += sumMs
      counted.maxMs = Math.max(counted.maxMs, maxMs)
    }
    if (counted.count === 0) return null
    const all = histograms.map(({ pages }) => pages)
    return summaryOf(all, counted)
  }
}

type Pages = ReadonlyArray<Float64Array | null>

interface Counted {
  readonly count: number
  readonly sumMs: number
  readonly maxMs: number
}

const percents = [50, 90, 99]

const summaryOf = (all: ReadonlyArray<Pages>, { count, maxMs, sumMs }: Counted): Summary => {
  const ranks = percents.map((percent) => Math.max(1, Math.ceil((percent * count) / 100)))
  const [p50, p90, p99] = indicesOf(all, ranks).map((index) => Math.min(greatestAt(index) / unitsPerMs, maxMs))
  return { mean: sumMs / count, p50: p50!, p90: p90!, p99: p99!, max: maxMs, count }
}

/** For each of these ranks, rising, the index up to which no fewer values are counted. */
const indicesOf = (all: ReadonlyArray<Pages>, ranks: ReadonlyArray<number>): ReadonlyArray<number> => {
  const found: Array<number> = []
  const sums = new Float64Array(perPage)
  const length = Math.max(...all.map((pages) => pages.length))
  let seen = 0
  for (let at = 0; at < length && found.length < ranks.length; at++) {
    const page = pageAt(all, at, sums)
    if (page === null) continue
    for (let index = 0; index < perPage; index++) {
      seen += page[index]!
      while (seen >= ranks[found.length]!) found.push(at * perPage + index)
    }
  }
  return found
}

/** What all of them have counted there, summed up where there is something to; null where none has. */
const pageAt = (all: ReadonlyArray<Pages>, at: number, sums: Float64Array): Float64Array | null => {
  let found: Float64Array | null = null
  for (let of = 0; of < all.length; of++) {
    const page = all[of]![at] ?? null
    if (found === null || page === null) found ??= page
    else {
      for (let index = 0; index < perPage; index++) sums[index] = found[index]! + page[index]!
      found = sums
    }
  }
  return found
}

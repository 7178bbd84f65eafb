import type { Estimate } from "../measure/Statistics.ts"
import type { Mode } from "../spec/SpecSchema.ts"
import type { Point } from "./Grid.ts"
import * as Rows from "./Rows.ts"
import type { TrialResult } from "./Trial.ts"
import type { Vary } from "./Vary.ts"

/** What is swept, in its order: points, their seeds, and of each the modes. */
export interface Sweep {
  readonly varied: ReadonlyArray<Vary>
  readonly points: ReadonlyArray<Point>
  readonly modes: ReadonlyArray<Mode>
  readonly seed: number
  readonly seeds: number
  /** The short hash of a point with a seed, or of the point alone. */
  readonly keyOf: (point: number, seed: number | "all") => string
}

/** One seed at one point, by its number in the order of a sweep. */
export interface Trial {
  readonly point: number
  readonly seed: number
}

export const trialsOf = ({ points, seeds }: Sweep): number => points.length * seeds

export const trialAt = ({ seed, seeds }: Sweep, number: number): Trial => ({
  point: Math.floor(number / seeds),
  seed: seed + (number % seeds)
})

/** What one point gave under one mode, a measure each. */
export type Estimates = ReadonlyArray<Estimate | null>

/** The rows of a sweep, put together as its trials are done, in their order. */
export class Sheet {
  readonly sweep: Sweep
  /** Of each point that is done, of each mode. */
  readonly done: Array<ReadonlyArray<Estimates>> = []
  /** Trials so far. */
  trials = 0
  private open: Array<TrialResult> = []

  constructor(sweep: Sweep) {
    this.sweep = sweep
  }

  /** The rows of the next trial: one for each mode, and after the last seed of a point those over all of them. */
  add(result: TrialResult): ReadonlyArray<Rows.Row> {
    const { modes, seeds } = this.sweep
    const rows = this.rowsOf(result.map(Rows.numbersOfSeed))
    this.trials++
    this.open.push(result)
    if (this.open.length < seeds) return rows
    const all = modes.map((_, mode) => Rows.estimates(this.open.map((ofSeed) => ofSeed[mode]!)))
    this.open = []
    const { point } = trialAt(this.sweep, this.trials - 1)
    this.done.push(all)
    return [...rows, ...all.map((of, mode) => this.row(point, mode, "all", Rows.numbersOfAll(of)))]
  }

  /** The next trial by the lines that a file has of it; null where one of them is not of this sweep. */
  read(format: Rows.RowFormat, lines: ReadonlyArray<string>): TrialResult | null {
    const rows = this.rowsOf(lines.map(() => []))
    const numbers = rows.map((row, at) => format.numbers(this.sweep.varied, row, lines[at]!))
    return numbers.includes(null) ? null : numbers.map((found) => Rows.valuesOf(found!))
  }

  /** Whether the next trial's lines can begin with these, of which fewer are whole than it has, and be cut off in `last`. */
  begins(format: Rows.RowFormat, lines: ReadonlyArray<string>, last: string): boolean {
    const { modes, varied } = this.sweep
    const rows = this.rowsOf(modes.map(() => []))
    const lead = format.lead(varied, rows[lines.length]!)
    return (
      lines.every((line, at) => format.numbers(varied, rows[at]!, line) !== null) &&
      (last.startsWith(lead) || lead.startsWith(last))
    )
  }

  private rowsOf(numbers: ReadonlyArray<Rows.Row["numbers"]>): ReadonlyArray<Rows.Row> {
    const { point, seed } = trialAt(this.sweep, this.trials)
    return numbers.map((of, mode) => this.row(point, mode, seed, of))
  }

  private row(point: number, mode: number, seed: number | "all", numbers: Rows.Row["numbers"]): Rows.Row {
    const { keyOf, modes, points } = this.sweep
    return { point: points[point]!, mode: modes[mode]!, seed, trial: keyOf(point, seed), numbers }
  }
}

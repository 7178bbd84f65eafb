import * as MeasureFormat from "@ebb/sim/measure/MeasureFormat"
import type { Measure } from "@ebb/sim/measure/Measures"
import type { Estimate } from "@ebb/sim/measure/Statistics"
import * as Grid from "@ebb/sim/sweep/Grid"
import * as PointProof from "@ebb/sim/sweep/PointProof"
import type { Estimates, Sheet } from "@ebb/sim/sweep/Sheet"
import { ofWarmup, swept } from "@ebb/sim/sweep/Trial"
import * as Format from "@ebb/text/Format"
import { wrap } from "@ebb/text/Wrap"
import * as Table from "../../kit/Table.ts"
import * as Terminal from "../../kit/Terminal.ts"
import * as SweepNotes from "./SweepNotes.ts"

/** A sweep as the terminal shows it. */
export interface Shown {
  readonly name: string
  readonly sheet: Sheet
  /** The path of the measure that the table is of. */
  readonly measure: string
  /** Of each point. */
  readonly currencies: ReadonlyArray<string>
  /** Where the rows are; null for nowhere. */
  readonly file: string | null
}

/** The mean over points of what they have; the interval is that of one point alone. */
const over = (all: ReadonlyArray<Estimate | null>): Estimate | null => {
  const there = all.filter((one) => one !== null)
  if (there.length < 2) return there[0] ?? null
  const mean = there.reduce((sum, one) => sum + one.mean, 0) / there.length
  return { mean, low: mean, high: mean, n: there.length }
}

const warmupAt = swept.indexOf(ofWarmup)

/** In the place of what a sample leaves out. */
const untried = ""

class Tables {
  private readonly shown: Shown
  private readonly measure: Measure
  private readonly at: number

  constructor(shown: Shown) {
    this.shown = shown
    this.at = swept.findIndex(({ path }) => path === shown.measure)
    this.measure = swept[this.at]!
  }

  /** A value of some points; none where it would be a mean over several currencies. */
  private text(value: Estimate | null, points: ReadonlyArray<number>): string {
    const [currency = "", ...others] = this.currenciesOf(points)
    return value === null || others.length > 0 ? Format.none : MeasureFormat.format(this.measure.unit, value, currency)
  }

  /** What amounts at those points are in; of other measures nothing. */
  private currenciesOf(points: ReadonlyArray<number>): ReadonlyArray<string> {
    return this.measure.unit === "money" ? [...new Set(points.map((point) => this.shown.currencies[point]!))] : []
  }

  /** How many requests of the warm-up failed besides; 0 where the measure is not the one that leaves them out. */
  private besides(points: ReadonlyArray<number>, mode: number): number {
    if (this.measure.path !== "requests.errored") return 0
    const { done } = this.shown.sheet
    return points.reduce((sum, point) => sum + (done[point]![mode]![warmupAt]?.mean ?? 0), 0) / points.length
  }

  /** What points have under a mode, and what failed besides: `0.5 ± 0.2 + 7`. */
  private whole(value: Estimate | null, points: ReadonlyArray<number>, mode: number): string {
    const mean = this.besides(points, mode)
    const text = this.text(value, points)
    return mean === 0 ? text : `${text} + ${Format.count({ mean, low: mean, high: mean, n: 1 })}`
  }

  private looked(point: number, mode: number): PointProof.Looked {
    const { modes } = this.shown.sheet.sweep
    return { modes, of: this.shown.sheet.done[point]!, mode, path: this.measure.path }
  }

  /** What a point gave under a mode; null where that proves nothing. */
  private proved(point: number, mode: number): Estimate | null {
    const value = this.shown.sheet.done[point]![mode]![this.at]!
    const flaw = PointProof.flawOf(this.looked(point, mode))
    if (flaw === "unfinished") return null
    return (flaw === "unasked" || flaw === "unmet") && value?.mean === 0 ? null : value
  }

  /** The points at which these vary so, under a mode; in brackets where a time among them means nothing. */
  private cell(mode: number, isThere: (point: ReadonlyArray<string>) => boolean): string {
    const points = this.shown.sheet.sweep.points.flatMap((point, at) => (isThere(point) ? [at] : []))
    if (points.length === 0) return untried
    const text = this.whole(over(points.map((point) => this.proved(point, mode))), points, mode)
    const isMeaningless = points.some((point) => PointProof.isMeaningless(this.looked(point, mode)))
    return isMeaningless && text !== Format.none ? `(${text})` : text
  }

  private flaws(): ReadonlyArray<SweepNotes.Found> {
    const { modes, points } = this.shown.sheet.sweep
    return modes.flatMap((_, mode) =>
      points.flatMap((_, point) => {
        const flaw = PointProof.flawOf(this.looked(point, mode))
        return flaw === null ? [] : [{ flaw, point, mode }]
      })
    )
  }

  /** One thing varies: its values by mode. */
  private byMode(): ReadonlyArray<string> {
    const { modes, varied } = this.shown.sheet.sweep
    const rows = varied[0]!.values.map((value) => ({
      label: value,
      cells: modes.map((_, mode) => this.cell(mode, ([own]) => own === value))
    }))
    return this.plain(modes, rows)
  }

  /** Two or more vary: the first two against each other. */
  private byTwo(mode: number): ReadonlyArray<string> {
    const [rows, columns] = this.shown.sheet.sweep.varied
    return this.plain(
      columns!.values,
      rows!.values.map((value) => ({
        label: value,
        cells: columns!.values.map((other) => this.cell(mode, ([a, b]) => a === value && b === other))
      }))
    )
  }

  private plain(headers: ReadonlyArray<string>, rows: ReadonlyArray<Table.Row>): ReadonlyArray<string> {
    return Table.plain(headers, rows, this.width)
  }

  width = 80

  private get isSample(): boolean {
    const { points, varied } = this.shown.sheet.sweep
    return points.length < Grid.size(varied)
  }

  private notes(): ReadonlyArray<string> {
    const { sweep } = this.shown.sheet
    const { modes, points, varied } = sweep
    const [rows, columns] = varied
    const hasBrackets = modes.some((_, mode) =>
      points.some((_, point) => PointProof.isMeaningless(this.looked(point, mode)))
    )
    const cells = new Set(points.map(([row, column]) => JSON.stringify([row, columns === undefined ? null : column])))
    return SweepNotes.lines({
      sweep,
      path: this.measure.path,
      found: this.flaws(),
      hasBrackets,
      hasBesides: modes.some((_, mode) => this.besides([...points.keys()], mode) > 0),
      hasBlanks: cells.size < rows!.values.length * (columns?.values.length ?? 1),
      currencies: this.currenciesOf([...points.keys()])
    })
  }

  /** The best point of each mode in a sentence, among those that prove something. */
  private best(mode: number): string | null {
    const { better, label } = this.measure
    const { done, sweep } = this.shown.sheet
    if (better === null || this.currenciesOf([...sweep.points.keys()]).length > 1) return null
    const values = done.map((of: ReadonlyArray<Estimates>, point) =>
      PointProof.flawOf(this.looked(point, mode)) === null ? (of[mode]![this.at] ?? null) : null
    )
    const amounts = values.map((value, at) => (value === null ? null : value.mean + this.besides([at], mode)))
    const means = amounts.filter((amount) => amount !== null)
    if (means.length === 0) return null
    const best = better === "less" ? Math.min(...means) : Math.max(...means)
    const equals = amounts.flatMap((amount, at) => (amount === best ? [at] : []))
    const besides = this.besides(equals.slice(0, 1), mode)
    const winners = equals.filter((point) => this.besides([point], mode) === besides)
    const said = `${sweep.modes[mode]}: ${label} ${this.whole(values[winners[0]!]!, winners, mode)}`
    if (winners.length === sweep.points.length)
      return `${said} ${this.isSample ? "at every point tried" : "everywhere"}`
    const where = SweepNotes.named(sweep, winners[0]!)
    const others = winners.length - 1
    const more = others === 0 ? "" : ` and ${Format.counted(others, "other point")}`
    return `${said} at best, with ${where}${more}`
  }

  lines(terminal: Terminal.Terminal): ReadonlyArray<string> {
    const { file, name, sheet } = this.shown
    const { modes, points, seeds, varied } = sheet.sweep
    this.width = terminal.columns ?? 80
    const sizes = [
      Format.counted(points.length, "point"),
      Format.counted(modes.length, "mode"),
      Format.counted(seeds, "seed")
    ]
    const bullet = terminal.unicode ? "►" : ">"
    const answers = modes.flatMap((_, mode) => {
      const sentence = this.best(mode)
      if (sentence === null) return []
      return wrap(sentence, this.width - 2).map((line, at) => `${at === 0 ? bullet : " "} ${line}`)
    })
    const title = (text: string) => Terminal.paint(terminal, "bold", text)
    const [rows, columns, ...others] = varied.map(({ path }) => path)
    const across = columns === undefined ? "mode" : columns
    const tables =
      columns === undefined
        ? this.byMode()
        : modes.flatMap((mode, at) => [...(at === 0 ? [] : [""]), title(mode), ...this.byTwo(at)])
    const rest =
      others.length === 0 ? [] : ["", ...wrap(`Each cell is a mean over ${others.join(" and ")}.`, this.width)]
    const notes = this.notes()
    return [
      ...wrap(`${name} · ${sizes.join(" × ")}`, this.width),
      "",
      ...answers,
      ...(answers.length === 0 ? [] : [""]),
      ...wrap(`${this.measure.label}: ${rows} down, ${across} across`, this.width),
      ...tables,
      ...rest,
      ...(notes.length === 0 ? [] : ["", ...notes.flatMap((note) => wrap(note, this.width))]),
      ...(file === null ? [] : ["", `Rows: ${file}`])
    ]
  }
}

/** The best points first, then the table: two-way where two things vary. */
export const render = (shown: Shown, terminal: Terminal.Terminal): string =>
  `${new Tables(shown).lines(terminal).join("\n")}\n`

/** The same for programs. */
export const json = ({ currencies, name, sheet }: Shown) => {
  const { modes, points, seed, seeds, varied } = sheet.sweep
  const measuresOf = (of: Estimates) => Object.fromEntries(swept.map(({ path }, at) => [path, of[at]]))
  return {
    version: 1,
    spec: name,
    vary: varied,
    modes,
    seed,
    seeds,
    points: points.map((point, at) => ({
      values: Object.fromEntries(varied.map(({ path }, index) => [path, point[index]])),
      currency: currencies[at],
      modes: modes.map((mode, number) => ({ mode, measures: measuresOf(sheet.done[at]![number]!) }))
    }))
  }
}

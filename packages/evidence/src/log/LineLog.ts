import { Lines } from "@ebb/rows/Lines"
import { RowError, shown } from "@ebb/rows/RowError"
import type { Feed } from "@ebb/rows/Feed"
import { blank, clear, type Requests } from "../requests/Requests.ts"
import { RequestTable } from "../requests/RequestTable.ts"
import { doubt, type DurationUnit, msPerUnit } from "./DurationUnit.ts"
import type { LogFormat } from "./LogFormat.ts"

/** Of so many lines one may be broken: a log that was cut off ends in one. */
const linesABroken = 100
const durationsLooked = 1000

/** A log of one request a line, in a format that is known. */
export class LineLog implements Feed {
  private readonly lines: Lines
  private readonly table = new RequestTable()
  private readonly seen = blank()
  private readonly durations: Array<number> = []
  private count = 0
  private broken = 0
  private firstBroken: RowError | null = null
  private readonly format: LogFormat
  private readonly told: DurationUnit | undefined

  /** `told`: what the durations count, where the format's own unit does not hold. */
  constructor(format: LogFormat, told: DurationUnit | undefined) {
    this.format = format
    this.told = told
    this.lines = new Lines((line, number) => this.one(line, number))
  }

  push(text: string): boolean {
    return this.lines.push(text)
  }

  end(): void {
    this.lines.end()
    if (this.broken > Math.max(1, this.count / linesABroken)) throw this.firstBroken!
    this.ask()
  }

  private one(line: string, number: number): true {
    const { format, seen } = this
    clear(seen)
    const took = format.read(line, seen)
    this.count++
    if (took === "request") this.request()
    else if (took === "other") this.table.drop("lines that are no request")
    else this.noteBroken(line, number)
    return true
  }

  private request(): void {
    const { durations, seen, table } = this
    if (this.told !== undefined) this.rescale(this.told)
    if (durations.length < durationsLooked && seen.endMs > seen.arrivalMs) {
      durations.push((seen.endMs - seen.arrivalMs) / msPerUnit(this.told ?? this.format.unit()))
      if (durations.length === durationsLooked) this.ask()
    }
    table.add(seen)
  }

  private rescale(unit: DurationUnit): void {
    const { seen } = this
    const factor = msPerUnit(unit) / msPerUnit(this.format.unit())
    const anchorMs = this.format.anchor() === "end" ? seen.endMs : seen.arrivalMs
    seen.arrivalMs = anchorMs + (seen.arrivalMs - anchorMs) * factor
    seen.startMs = anchorMs + (seen.startMs - anchorMs) * factor
    seen.endMs = anchorMs + (seen.endMs - anchorMs) * factor
  }

  private ask(): void {
    if (this.told !== undefined || this.durations.length === 0) return
    const rounded = this.durations.map((value) => Math.round(value * 1e6) / 1e6)
    const question = doubt(rounded, this.format.unit(), true)
    if (question !== null) throw new RowError(1, question)
  }

  private noteBroken(line: string, number: number): void {
    this.broken++
    this.table.drop("lines that are broken")
    this.firstBroken ??= new RowError(
      number,
      `is no line of the ${this.format.name} that the file begins as: ${shown(line)}`
    )
    if (this.broken > 10 && this.broken > this.count / 2) throw this.firstBroken
  }

  requests(): Requests {
    return this.table.finish(this.format.meaning(), [`read as ${this.format.name}`, ...this.format.notes()])
  }
}

import type { AppHistory, AppView } from "../rest/Events.ts"

/** What is drawn over time. */
export const measures = ["inFlight", "waiting", "slotsReady", "p50Ms", "p99Ms", "errored"] as const
export type MeasureName = (typeof measures)[number]

const keptMs = 15 * 60_000
/** Two moments closer than this are one: a chart of a minute shows no more. */
const stepMs = 200

type Value = number | null

/** An app over the last quarter of an hour, a column a measure. Times are wall milliseconds since the epoch. */
export class Series {
  readonly atMs: Array<number> = []
  readonly columns: Readonly<Record<MeasureName, Array<Value>>> = {
    inFlight: [],
    waiting: [],
    slotsReady: [],
    p50Ms: [],
    p99Ms: [],
    errored: []
  }

  /** What was before anybody looked; moments that are here already stay as they are. */
  prepend(history: AppHistory): void {
    const firstMs = this.atMs[0] ?? Infinity
    const count = history.atMs.filter((atMs) => atMs < firstMs).length
    this.atMs.unshift(...history.atMs.slice(0, count))
    for (const name of measures) this.columns[name].unshift(...history[name].slice(0, count))
  }

  add(atMs: number, app: AppView): void {
    const { latencyMs } = app
    const values = { ...app, p50Ms: latencyMs?.p50 ?? null, p99Ms: latencyMs?.p99 ?? null }
    const last = this.atMs.length - 1
    // The moment before it stays where the value before it was: a step is drawn where it is.
    const isSame = last > 0 && atMs - this.atMs[last - 1]! < stepMs
    if (isSame) this.removeLast()
    this.atMs.push(atMs)
    for (const name of measures) this.columns[name].push(values[name])
    this.trim(atMs - keptMs)
  }

  /** Nothing is known from here on. */
  breakOff(atMs: number): void {
    if (this.atMs.length === 0) return
    this.atMs.push(atMs)
    for (const name of measures) this.columns[name].push(null)
  }

  private removeLast(): void {
    this.atMs.pop()
    for (const name of measures) this.columns[name].pop()
  }

  private trim(fromMs: number): void {
    let count = 0
    while (this.atMs.length - count > 2 && this.atMs[count + 1]! < fromMs) count++
    // Rarely and much at once: taking from the front moves all that is behind it.
    if (count < 64) return
    this.atMs.splice(0, count)
    for (const name of measures) this.columns[name].splice(0, count)
  }
}

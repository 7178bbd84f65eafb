import * as Format from "@ebb/text/Format"
import type { Io } from "./Io.ts"
import * as Lines from "./Lines.ts"
import * as Terminal from "./Terminal.ts"

const quietMs = 1000
const everyMs = 100
const barCells = 20

/** A line that is written over itself while work goes on. */
export interface Progress {
  readonly report: (done: number, total: number, requests: number) => void
  /** Anything else that says how far it is. */
  readonly say: (text: string) => void
  /** Takes the line away. */
  readonly clear: () => void
}

const silent: Progress = { report: () => {}, say: () => {}, clear: () => {} }

/** A progress line on stderr, for terminals and for work of more than a second only; `nowMs` is the clock, `what` is counted. */
export const make = (io: Io, nowMs: () => number, what = "runs"): Progress => {
  if (!io.stderr.isTerminal) return silent
  const startMs = nowMs()
  const terminal = Terminal.make(io.stderr, io.env, true)
  const width = (io.stderr.columns ?? 80) - 1
  let shownMs = startMs + quietMs - everyMs
  let length = 0
  const show = (text: string): void => {
    const line = text.slice(0, width)
    io.stderr.write(`\r${line.padEnd(length)}${line === "" ? "\r" : ""}`)
    length = line.length
  }
  const isTime = (): boolean => {
    const now = nowMs()
    if (now - shownMs < everyMs) return false
    shownMs = now
    return true
  }
  const report = (done: number, total: number, requests: number): void => {
    if (!isTime()) return
    const left =
      done === 0 ? "" : `, ${Format.duration(Math.round(((shownMs - startMs) / done) * (total - done)))} left`
    const bar = Lines.bar(terminal, total === 0 ? 0 : done / total, barCells)
    show(`${bar} ${Math.floor(done)} of ${total} ${what}, ${Format.many(requests)} requests${left}`)
  }
  const say = (text: string): void => (isTime() ? show(text) : undefined)
  return { report, say, clear: () => (length === 0 ? undefined : show("")) }
}

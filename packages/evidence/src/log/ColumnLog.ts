import * as Format from "@ebb/text/Format"
import { RowError, shown } from "@ebb/rows/RowError"
import type { Feed, Value } from "@ebb/rows/Feed"
import { indexIn, listed } from "@ebb/rows/Columns"
import { Rows } from "@ebb/rows/Rows"
import { numberOf } from "@ebb/rows/Time"
import { knownTrace, type TraceFormat } from "@ebb/sim/workload/TraceFormats"
import { msPer, type Unit } from "@ebb/text/Duration"
import { blank, clear, type Meaning, Outcome, outcomeOf, type Requests, type Seen } from "../requests/Requests.ts"
import { RequestTable } from "../requests/RequestTable.ts"
import { reachedOf } from "../requests/Reached.ts"
import { type Chosen, choose, type Role, roles, unitIn } from "./Columns.ts"
import { doubt, type DurationUnit, guess, msPerUnit } from "./DurationUnit.ts"
import { epochUnit, LogClock } from "./LogClock.ts"

/** What the caller says of the columns. */
export interface Told {
  readonly columns: Chosen
  /** What durations count. */
  readonly unit?: DurationUnit
  /** The app to keep, of a trace of several. */
  readonly app?: string
}

const rowsLooked = 1000

const serviceNames = /service|upstream|process|exec|inference/iu
const failedWords =
  /^(?:errored|(?:.*[_ ])?error|fail(?:ed|ure)?|timeout|timed_?out|exception|internal|unavailable|deadline_exceeded|5xx)$/iu
const completedWords = /^(?:ok|succe(?:ss|ssful|eded)|completed?|done|finished|true|2xx)$/iu
/** So many words that mean nothing to ebb are named. */
const namedMax = 3
const userWords = /^(?:user_error|cancell?ed|client_error|4xx)$/iu

/** The requests of a file with columns, CSV or JSON Lines: a log, or a public trace whose format is known. */
export class ColumnLog implements Feed {
  private readonly rows: Rows
  private readonly table = new RequestTable()
  private readonly seen = blank()
  private readonly clock = new LogClock()
  private readonly told: Told
  /** The trace that the columns are of; null: a log whose columns are named or guessed. */
  private readonly formatOf: (names: ReadonlyArray<string>) => TraceFormat | null
  private format: TraceFormat | null = null
  private chosen: Chosen = {}
  /** Words of the status that are in no list, and how many requests had them. */
  private readonly unknown = new Map<string, number>()
  /** Where the values of the roles stand in a row. */
  private places: Partial<Record<Role, number>> = {}
  /** The roles whose columns a proxy leaves empty where there was no upstream. */
  private upstreams: ReadonlyArray<Role> = []
  private waiting: Array<{ readonly values: ReadonlyArray<Value>; readonly line: number }> | null = []
  private timeUnit: Unit = "s"
  private unit: DurationUnit = "s"
  /** Whether the only time of a row is that of its end. */
  private isEnd = false
  /** The public trace that has these columns, where it is not read as one. */
  private alike: TraceFormat | null = null
  /** Whether nothing says in what unit times are. */
  private isUnitless = false
  /** Whether times name no offset. */
  isNaive = false
  private rowsSeen = 0

  constructor(told: Told, formatOf: (names: ReadonlyArray<string>) => TraceFormat | null) {
    this.told = told
    this.formatOf = formatOf
    this.rows = new Rows({ columns: (names) => this.begin(names), row: (values, line) => this.row(values, line) })
  }

  push(text: string): boolean {
    return this.rows.push(text)
  }

  end(): void {
    this.rows.end()
    this.settle()
    if (this.table.count === 0) throw new RowError(1, this.none())
  }

  private none(): string {
    const { app } = this.told
    return app === undefined ? "has no request with a time" : `has no request of the app ${app}`
  }

  private begin(names: ReadonlyArray<string>): ReadonlyArray<string> {
    this.format = this.formatOf(names)
    this.alike = this.format === null ? knownTrace(names) : null
    this.chosen = this.format === null ? choose(names, this.told.columns) : ofFormat(this.format, names)
    const { arrival, end } = this.chosen
    for (const name of Object.values(this.chosen)) indexIn(names, name)
    if (arrival === undefined && end === undefined) {
      throw new RowError(
        1,
        `has no column that looks like a time, only ${listed(names)}; say --column arrival=NAME${this.alike === null ? "" : `; ${this.alikeText(this.alike)}`}`
      )
    }
    const { app } = this.format ?? {}
    if (this.told.app !== undefined && app === undefined)
      throw new RowError(1, "has no column that tells apps apart; leave --app out")
    const held = roles.filter((role) => this.chosen[role] !== undefined)
    this.upstreams = upstreamRoles.filter((role) => /upstream/iu.test(this.chosen[role] ?? ""))
    this.places = Object.fromEntries(held.map((role, place) => [role, place]))
    return [...held.map((role) => this.chosen[role]!), ...(this.told.app === undefined ? [] : [app!])]
  }

  private row(values: ReadonlyArray<Value>, line: () => number): true {
    this.rowsSeen++
    if (this.waiting === null) this.request(values, line)
    else if (this.waiting.push({ values, line: line() }) === rowsLooked) this.settle()
    return true
  }

  /** Decides on units by the first rows. */
  private settle(): void {
    const { waiting } = this
    if (waiting === null) return
    this.waiting = null
    const sample = (role: Role): ReadonlyArray<number> => waiting.map(({ values }) => numberOf(this.at(values, role)))
    const timeRole = this.chosen.arrival === undefined ? "end" : "arrival"
    const times = sample(timeRole).toSorted((a, b) => a - b)
    // Not the first: it may be broken.
    const middle = times[times.length >> 1] ?? NaN
    const timeName = (this.chosen.arrival ?? this.chosen.end)!
    this.isNaive = this.format === null && waiting.some(({ values }) => isNaive(this.at(values, timeRole)))
    const said = this.format?.times.unit ?? epochUnit(middle) ?? unitIn(timeName)
    this.isUnitless = Number.isFinite(middle) && said === null
    this.timeUnit = said ?? "s"
    this.unit = this.durationUnit(sample("duration"), sample("wait"))
    this.isEnd =
      this.format === null &&
      isWrittenAtEnd(this.chosen, waiting[0] === undefined ? "" : this.at(waiting[0].values, "arrival"))
    for (const { line, values } of waiting) this.request(values, () => line)
  }

  private durationUnit(durations: ReadonlyArray<number>, waits: ReadonlyArray<number>): DurationUnit {
    const numbers = [durations, waits].map((values) => values.filter((value) => Number.isFinite(value) && value >= 0))
    const values = numbers.find((each) => each.length > 0) ?? []
    if (this.told.unit !== undefined || values.length === 0) return this.told.unit ?? "s"
    const name = this.chosen.duration ?? this.chosen.wait ?? ""
    const certain = this.format?.service === undefined ? null : "s"
    const said = certain ?? unitIn(name) ?? (/request_time|upstream_response_time/u.test(name) ? "s" : null)
    const unit = said ?? guess(values)
    const question = doubt(values, unit, said !== null)
    if (question !== null) throw new RowError(1, question)
    return unit
  }

  /** The value of a role in a row. */
  private at(values: ReadonlyArray<Value>, role: Role): Value {
    const place = this.places[role]
    return place === undefined ? undefined : values[place]
  }

  private request(values: ReadonlyArray<Value>, line: () => number): void {
    if (this.told.app !== undefined && values.at(-1) !== this.told.app) return
    const { seen } = this
    clear(seen)
    this.times(values, seen, line)
    const id = this.at(values, "id")
    const runner = this.at(values, "runner")
    const status = this.at(values, "status")
    seen.id = id === undefined || id === "" || id === null ? null : String(id)
    seen.runner = isEmpty(runner) ? null : String(runner)
    const upstreams = this.upstreams.map((role) => this.at(values, role))
    if (upstreams.length > 0) seen.reached = reachedOf(numberOf(status), !upstreams.every(isEmpty))
    seen.tokens = numberOf(this.at(values, "tokens"))
    seen.outcome = this.outcome(status)
    this.table.add(seen)
  }

  private times(values: ReadonlyArray<Value>, seen: Seen, line: () => number): void {
    const arrivalMs = this.time(values, this.isEnd ? "end" : "arrival", line)
    const durationMs = numberOf(this.at(values, "duration")) * msPerUnit(this.unit)
    const waitMs = numberOf(this.at(values, "wait")) * msPerUnit(this.unit)
    const endMs = this.isEnd ? this.time(values, "arrival", line) : this.time(values, "end", line)
    const startMs = this.time(values, "start", line)
    const lastMs = Number.isNaN(waitMs) ? durationMs : waitMs + durationMs
    seen.arrivalMs = Number.isNaN(arrivalMs) ? endMs - (Number.isNaN(lastMs) ? 0 : lastMs) : arrivalMs
    seen.startMs = Number.isNaN(startMs) ? seen.arrivalMs + waitMs : startMs
    const fromMs = Number.isNaN(seen.startMs) ? seen.arrivalMs : seen.startMs
    seen.endMs = Number.isNaN(endMs) ? fromMs + durationMs : endMs
  }

  private time(values: ReadonlyArray<Value>, role: "arrival" | "start" | "end", line: () => number): number {
    const name = this.chosen[role]
    if (name === undefined) return NaN
    const value = this.at(values, role)
    if (value === "" || value === null || value === undefined) return NaN
    const number = numberOf(value)
    const ms = Number.isFinite(number) ? number * msPer(this.timeUnit) : this.clock.read(value)
    if (Number.isFinite(ms)) return ms
    throw new RowError(
      line(),
      `${name} must be a time such as 2026-11-28T17:00:00Z or seconds since 1970, got "${shown(value)}"`
    )
  }

  private outcome(value: Value): number {
    if (value === undefined || value === null || value === "") return Outcome.completed
    if (this.format?.status?.failed.includes(String(value)) === true) return Outcome.error
    const status = numberOf(/^[1-5]\d\d(?= )/u.exec(String(value))?.[0] ?? value)
    if (Number.isFinite(status)) return status >= 100 && status < 600 ? outcomeOf(status) : Outcome.completed
    if (userWords.test(String(value))) return Outcome.userError
    if (failedWords.test(String(value))) return Outcome.error
    if (!completedWords.test(String(value))) this.noteUnknown(shown(value))
    return Outcome.completed
  }

  private noteUnknown(word: string): void {
    const known = this.unknown.get(word)
    if (known !== undefined || this.unknown.size < namedMax) this.unknown.set(word, (known ?? 0) + 1)
  }

  private meaning(): Meaning {
    const { status, wait, start } = this.chosen
    return { ...this.durations(), waits: start !== undefined || wait !== undefined, outcomes: status !== undefined }
  }

  /** A start is reckoned from a wait where it has no column. */
  get hasBothEnds(): boolean {
    const { arrival, end, start, wait } = this.chosen
    return end !== undefined && (start !== undefined || (wait === undefined && arrival !== undefined))
  }

  private durations(): Pick<Meaning, "duration"> {
    const { duration, end, start, wait } = this.chosen
    if (duration === undefined && (end === undefined || (start === undefined && this.chosen.arrival === undefined)))
      return { duration: "none" }
    const isService = this.format?.service !== undefined || serviceNames.test(duration ?? "")
    return { duration: isService || start !== undefined || wait !== undefined ? "service" : "latency" }
  }

  private alikeText({ name }: TraceFormat): string {
    return `its columns are those of the public trace ${name}: if it is that, read it as trace:FILE`
  }

  private notes(): ReadonlyArray<string> {
    const { duration } = this.chosen
    const timeName = this.chosen.arrival ?? this.chosen.end
    const columns = roles.flatMap((role) => (this.chosen[role] === undefined ? [] : [`${role}=${this.chosen[role]}`]))
    const name = this.format === null ? "a file of columns" : `the public trace ${this.format.name}`
    return [
      `read as ${name}: ${columns.join(", ")}`,
      ...(duration === undefined ? [] : [`durations in ${this.unit}`]),
      ...(this.alike === null ? [] : [this.alikeText(this.alike)]),
      ...[...this.unknown].map(
        ([word, count]) => `status "${word}" is taken as completed (${Format.counted(count, "request")})`
      ),
      ...(this.isUnitless
        ? [`times are taken as seconds, as nothing says otherwise; ${timeName}_ms would be milliseconds`]
        : []),
      ...(this.isNaive ? ["times without an offset are read as UTC"] : []),
      ...(this.isEnd ? [`${this.chosen.arrival} is when a request ended`] : [])
    ]
  }

  requests(): Requests {
    if (this.told.app !== undefined && this.rowsSeen > this.table.count) {
      this.table.drop("of other apps", this.rowsSeen - this.table.count)
    }
    return this.table.finish(this.meaning(), this.notes(), this)
  }
}

const ofFormat = ({ service, status, times, tokens }: TraceFormat, names: ReadonlyArray<string>): Chosen => ({
  ...(times.duration === undefined ? { arrival: times.timestamp } : { end: times.timestamp }),
  ...(service === undefined ? {} : { duration: service.column }),
  ...(tokens === undefined ? {} : { tokens }),
  ...(status === undefined || !names.includes(status.column) ? {} : { status: status.column })
})

const upstreamRoles = ["runner", "duration"] as const

const isEmpty = (value: Value): boolean => value === undefined || value === null || value === "" || value === "-"

/** A date without a zone behind it. */
const isNaive = (time: Value): boolean =>
  typeof time === "string" && time.includes(":") && !/(?:Z|UTC|[+-]\d{2}:?\d{2})$/u.test(time)

/** nginx writes its time when a request ended, whatever the format; a column named after an arrival is one. */
const isWrittenAtEnd = ({ arrival = "", duration = "", end }: Chosen, time: Value): boolean => {
  if (end !== undefined || duration === "") return false
  const isNginx = /request_time|upstream_response_time/u.test(duration)
  const isPlain = /^(?:time|timestamp|ts|@?timestamp|time_local|time_iso8601|msec|date|datetime)$/iu.test(arrival)
  return isPlain && (isNginx || (typeof time === "string" && /^\d{2}\/[A-Z][a-z]{2}\//u.test(time)))
}

import type { RequestKind } from "@ebb/core/tables/RequestState"
import * as Disk from "../edge/Disk.ts"
import { limits } from "../edge/Limits.ts"
import { Context, Effect, Layer } from "effect"
import type { LedgerRow } from "@ebb/protocol/rest/Shapes"
import { type Database, numberOrNull, Sqlite, text, textOrNull, type Value } from "./Database.ts"
import { LedgerNumbers } from "./LedgerNumbers.ts"
import type { Accepted, Outcome } from "./Outcome.ts"

/** In the database each of these is its place in the list. */
const kinds = ["direct", "queued", "realtime"] as const
const outcomes = [null, "completed", "errored", "cancelled"] as const
const writeAfterMs = 100

const columns = [
  "id",
  "app",
  "number",
  "kind",
  "outcome",
  "status",
  "error_type",
  "attempts",
  "submitted_ms",
  "settled_ms",
  "started_ms",
  "runner"
] as const
const row = `(${columns.map(() => "?").join(", ")})`
const insert = (rows: number): string =>
  `insert into ledger (${columns.join(", ")}) values ${Array.from({ length: rows }, () => row).join(", ")}`
const insertOne = insert(1)
/** A row of many in one statement costs little more than half of one by itself. */
const rowsAtOnce = 50
const insertMany = insert(rowsAtOnce)

const appAt = columns.indexOf("app")
const runnerAt = columns.indexOf("runner")

/** The values of a row, but app and runner by their ids: they get their numbers as the row is written. */
type Row = ReadonlyArray<Value>

const againAfterMs = 1000

/** To forget a million rows at once would stop everything for seconds. */
const forgottenAtOnce = 5000

/** A row by its place, as long as it is kept. */
export interface SettledRow {
  readonly seq: number
  readonly id: string
  readonly app: string
  readonly kind: RequestKind
  readonly outcome: "completed" | "errored" | "cancelled"
  readonly status: number
  readonly errorType: string | null
  readonly submittedAtMs: number
  readonly startedAtMs: number | null
  readonly settledAtMs: number
  readonly runner: string | null
}

/** Which rows: of these apps, settled in [fromMs, untilMs), before that place. */
export interface SettledQuery {
  readonly apps: ReadonlyArray<string>
  readonly fromMs: number
  readonly untilMs: number
  readonly before: number
  readonly limit: number
}

/** What became of every request. Rows of queued ones are written with their result, those of direct ones soon after. */
export class LedgerStore {
  private readonly database: Database
  private readonly apps: LedgerNumbers
  private readonly runners: LedgerNumbers
  /** Rows, not requests: those would be kept alive with all that hangs on them. */
  private readonly waiting: Array<Row> = []
  private timer: ReturnType<typeof setTimeout> | null = null

  constructor(database: Database) {
    this.database = database
    this.apps = new LedgerNumbers(database, "ledger_apps")
    this.runners = new LedgerNumbers(database, "ledger_runners")
  }

  /** A request's row, to be added once. */
  row(request: Accepted, settled: Omit<Outcome, "answer">, atMs: number): Row {
    return [
      request.id,
      request.app.id,
      request.number,
      request.kind,
      outcomes.indexOf(settled.outcome),
      settled.status,
      settled.errorType,
      settled.attempts,
      request.submittedAtMs,
      atMs,
      request.startedAtMs,
      request.runner?.id ?? null
    ]
  }

  /** To be called in the transaction of its request's outcome. */
  add(row: Row): void {
    this.write([row])
  }

  addSoon(row: Row): void {
    this.waiting.push(row)
    this.timer ??= setTimeout(() => this.flush(), writeAfterMs)
  }

  /** Writes what waits, in one transaction. */
  flush(): void {
    if (this.timer !== null) clearTimeout(this.timer)
    this.timer = null
    if (this.waiting.length === 0) return
    try {
      this.database.transaction(() => {
        this.write(this.waiting)
        // As many as came, so that they never pile up.
        this.prune(2 * this.waiting.length)
      })
      this.waiting.length = 0
      Disk.note(null)
    } catch (error) {
      const problem = Disk.problemOf(error)
      if (problem === null) throw error
      Disk.note(problem)
      this.wait()
    }
  }

  /** The disk refuses: the newest rows wait until it does not. */
  private wait(): void {
    this.waiting.splice(0, Math.max(0, this.waiting.length - limits.ledgerRowsWaiting))
    this.timer = setTimeout(() => this.flush(), againAfterMs)
  }

  private write(rows: ReadonlyArray<Row>): void {
    let at = 0
    for (; at + rowsAtOnce <= rows.length; at += rowsAtOnce) {
      this.database.run(insertMany, ...this.valuesOf(rows, at, at + rowsAtOnce))
    }
    for (; at < rows.length; at++) this.database.run(insertOne, ...this.valuesOf(rows, at, at + 1))
  }

  private valuesOf(rows: ReadonlyArray<Row>, from: number, to: number): ReadonlyArray<Value> {
    const values: Array<Value> = []
    for (let at = from; at < to; at++) {
      const first = values.length
      for (const value of rows[at]!) values.push(value)
      const runner = values[first + runnerAt]
      values[first + appAt] = this.apps.of(text(values[first + appAt]))
      if (runner !== null) values[first + runnerAt] = this.runners.of(text(runner))
    }
    return values
  }

  /** Of these apps, newest first. */
  newest(apps: ReadonlyMap<string, { readonly name: string; readonly env: string }>, limit: number): Array<LedgerRow> {
    this.flush()
    const named = new Map([...apps].map(([id, app]) => [this.apps.known(id), app]))
    const marks = Array.from(named, () => "?").join(", ")
    const sql = `select * from ledger where app in (${marks}) order by seq desc limit ?`
    return this.database.all(sql, ...named.keys(), limit).map((row) => ({
      number: Number(row["number"]),
      requestId: text(row["id"]),
      app: named.get(Number(row["app"]))!.name,
      env: named.get(Number(row["app"]))!.env,
      kind: kinds[Number(row["kind"])]!,
      outcome: outcomes[Number(row["outcome"])]!,
      status: Number(row["status"]),
      errorType: textOrNull(row["error_type"]),
      attempts: Number(row["attempts"]),
      submittedAtMs: Number(row["submitted_ms"]),
      settledAtMs: Number(row["settled_ms"])
    }))
  }

  /** The newest first. */
  settled({ apps, before, fromMs, limit, untilMs }: SettledQuery): Array<SettledRow> {
    this.flush()
    const numbers = apps.map((id) => this.apps.known(id))
    const marks = numbers.map(() => "?").join(", ")
    const sql = `select ledger.*, ledger_apps.id as app_id, ledger_runners.id as runner_id from ledger
      join ledger_apps on ledger_apps.number = ledger.app
      left join ledger_runners on ledger_runners.number = ledger.runner
      where ledger.app in (${marks}) and seq < ? and settled_ms >= ? and settled_ms < ? order by seq desc limit ?`
    return this.database.all(sql, ...numbers, before, fromMs, untilMs, limit).map((row) => ({
      seq: Number(row["seq"]),
      id: text(row["id"]),
      app: text(row["app_id"]),
      kind: Number(row["kind"]) as RequestKind,
      outcome: outcomes[Number(row["outcome"])]!,
      status: Number(row["status"]),
      errorType: textOrNull(row["error_type"]),
      submittedAtMs: Number(row["submitted_ms"]),
      startedAtMs: numberOrNull(row["started_ms"]),
      settledAtMs: Number(row["settled_ms"]),
      runner: textOrNull(row["runner_id"])
    }))
  }

  /** Forgets some of the oldest rows beyond those that are kept; false when there are none. */
  prune(atMost = forgottenAtOnce): boolean {
    const forgotten = this.database.run(
      `delete from ledger where seq <= min((select coalesce(max(seq), 0) from ledger) - ?,
        (select coalesce(min(seq), 0) from ledger) + ? - 1)`,
      limits.ledgerRows,
      atMost
    )
    return forgotten > 0
  }

  /** Forgets some of the numbers that no row names any more; to be called, each minute, until it answers false. */
  tidyNumbers(): boolean {
    const isMoreOfApps = this.apps.tidy()
    return this.runners.tidy() || isMoreOfApps
  }
}

/** The ledger; what waits to be written is written at the end. */
export class RequestLedger extends Context.Service<RequestLedger, LedgerStore>()("@ebb/runtime/store/RequestLedger") {
  static readonly layer = Layer.effect(
    RequestLedger,
    Effect.flatMap(Sqlite, (database) =>
      Effect.acquireRelease(
        Effect.sync(() => new LedgerStore(database)),
        (ledger) => Effect.sync(() => ledger.flush())
      )
    )
  )
}

import * as Disk from "../edge/Disk.ts"
import { limits } from "../edge/Limits.ts"
import { Context, Effect, Layer } from "effect"
import type { LedgerRow } from "@ebb/protocol/rest/Shapes"
import { type Database, Sqlite, text, textOrNull, type Value } from "./Database.ts"
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
  "settled_ms"
] as const
const row = `(${columns.map(() => "?").join(", ")})`
const insert = (rows: number): string =>
  `insert into ledger (${columns.join(", ")}) values ${Array.from({ length: rows }, () => row).join(", ")}`
const insertOne = insert(1)
/** A row of many in one statement costs little more than half of one by itself. */
const rowsAtOnce = 50
const insertMany = insert(rowsAtOnce)

/** The values of a row. */
type Row = ReadonlyArray<Value>

const againAfterMs = 1000

/** What became of every request. Rows of queued ones are written with their result, those of direct ones soon after. */
export class LedgerStore {
  private readonly database: Database
  private readonly apps = new Map<string, number>()
  /** Values of rows one after another, not requests: those would be kept alive with all that hangs on them. */
  private readonly waiting: Array<Value> = []
  private timer: ReturnType<typeof setTimeout> | null = null

  constructor(database: Database) {
    this.database = database
    for (const { id, number } of database.all("select * from ledger_apps")) this.apps.set(text(id), Number(number))
  }

  /** A request's row, to be added once; not to be called in a transaction. */
  row(request: Accepted, settled: Omit<Outcome, "answer">, atMs: number): Row {
    return [
      request.id,
      this.apps.get(request.app.id) ?? this.newApp(request.app.id),
      request.number,
      request.kind,
      outcomes.indexOf(settled.outcome),
      settled.status,
      settled.errorType,
      settled.attempts,
      request.submittedAtMs,
      atMs
    ]
  }

  private newApp(id: string): number {
    this.database.run("insert into ledger_apps (id) values (?)", id)
    const number = Number(this.database.get("select number from ledger_apps where id = ?", id)!["number"])
    this.apps.set(id, number)
    return number
  }

  /** Whether it had a row of that app before. */
  knows(app: string): boolean {
    return this.apps.has(app)
  }

  add(row: Row): void {
    this.database.run(insertOne, ...row)
  }

  addSoon(row: Row): void {
    this.waiting.push(...row)
    this.timer ??= setTimeout(() => this.flush(), writeAfterMs)
  }

  /** Writes what waits, in one transaction. */
  flush(): void {
    if (this.timer !== null) clearTimeout(this.timer)
    this.timer = null
    if (this.waiting.length === 0) return
    try {
      this.database.transaction(() => this.write(this.waiting))
      this.waiting.length = 0
    } catch (error) {
      const problem = Disk.problemOf(error)
      if (problem === null) throw error
      Disk.note(problem)
      this.wait()
    }
  }

  /** The disk refuses: the newest rows wait until it does not. */
  private wait(): void {
    this.waiting.splice(0, Math.max(0, this.waiting.length - limits.ledgerRowsWaiting * columns.length))
    this.timer = setTimeout(() => this.flush(), againAfterMs)
  }

  private write(values: ReadonlyArray<Value>): void {
    const many = rowsAtOnce * columns.length
    let at = 0
    for (; at + many <= values.length; at += many) this.database.run(insertMany, ...values.slice(at, at + many))
    for (; at < values.length; at += columns.length) {
      this.database.run(insertOne, ...values.slice(at, at + columns.length))
    }
  }

  /** Of these apps, newest first. */
  newest(apps: ReadonlyMap<string, { readonly name: string; readonly env: string }>, limit: number): Array<LedgerRow> {
    this.flush()
    const named = new Map([...apps].map(([id, app]) => [this.apps.get(id) ?? null, app]))
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

  /** Keeps the newest rows. */
  prune(): void {
    this.database.run(
      "delete from ledger where seq <= (select coalesce(max(seq), 0) from ledger) - ?",
      limits.ledgerRows
    )
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

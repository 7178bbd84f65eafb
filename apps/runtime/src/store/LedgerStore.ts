import type { LedgerRow } from "@ebb/protocol/rest/Shapes"
import type { LiveRequest, Settled } from "../world/LiveRequest.ts"
import { type Database, text, textOrNull, type Value } from "./Database.ts"

const kinds = ["direct", "queued", "realtime"] as const
const writeAfterMs = 100

const insert = `insert into ledger (id, app, number, kind, outcome, status, error_type, attempts, submitted_ms, settled_ms)
  values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`

/** What the ledger takes of a request. `number`: its own in this run of the sandbox, 0 when it was never handed in. */
export interface Accepted extends Pick<LiveRequest, "id" | "number" | "kind" | "submittedAtMs"> {
  readonly app: { readonly id: string }
}

const valuesOf = (request: Accepted, settled: Omit<Settled, "answer">, atMs: number): ReadonlyArray<Value> => [
  request.id,
  request.app.id,
  request.number,
  kinds[request.kind],
  settled.outcome,
  settled.status,
  settled.errorType,
  settled.attempts,
  request.submittedAtMs,
  atMs
]

/** What became of every request. Rows of queued ones are written with their result, those of direct ones soon after. */
export class LedgerStore {
  private readonly database: Database
  /** Values of rows, not requests: those would be kept alive with all that hangs on them. */
  private waiting: Array<ReadonlyArray<Value>> = []
  private timer: ReturnType<typeof setTimeout> | null = null

  constructor(database: Database) {
    this.database = database
  }

  add(request: Accepted, settled: Omit<Settled, "answer">, atMs: number): void {
    this.database.run(insert, ...valuesOf(request, settled, atMs))
  }

  addSoon(request: Accepted, settled: Settled, atMs: number): void {
    this.waiting.push(valuesOf(request, settled, atMs))
    this.timer ??= setTimeout(() => this.flush(), writeAfterMs)
  }

  /** Writes what waits, in one transaction. */
  flush(): void {
    if (this.timer !== null) clearTimeout(this.timer)
    this.timer = null
    if (this.waiting.length === 0) return
    const { waiting } = this
    this.waiting = []
    this.database.transaction(() => {
      for (const values of waiting) this.database.run(insert, ...values)
    })
  }

  /** Of these apps, newest first. */
  newest(apps: ReadonlyMap<string, { readonly name: string; readonly env: string }>, limit: number): Array<LedgerRow> {
    this.flush()
    const ids = [...apps.keys()]
    const marks = ids.map(() => "?").join(", ")
    const sql = `select * from ledger where app in (${marks}) order by seq desc limit ?`
    return this.database.all(sql, ...ids, limit).map((row) => ({
      number: Number(row["number"]),
      requestId: text(row["id"]),
      app: apps.get(text(row["app"]))!.name,
      env: apps.get(text(row["app"]))!.env,
      kind: text(row["kind"]) as LedgerRow["kind"],
      outcome: text(row["outcome"]) as LedgerRow["outcome"],
      status: Number(row["status"]),
      errorType: textOrNull(row["error_type"]),
      attempts: Number(row["attempts"]),
      submittedAtMs: Number(row["submitted_ms"]),
      settledAtMs: Number(row["settled_ms"])
    }))
  }

  /** Keeps the newest million rows. */
  prune(): void {
    this.database.run("delete from ledger where seq <= (select coalesce(max(seq), 0) from ledger) - 1000000")
  }
}

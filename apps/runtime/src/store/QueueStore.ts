import { Context, Effect, Layer } from "effect"
import type { Submission } from "@ebb/core/fleet/Intake"
import { bytesOrNull, type Database, numberOrNull, Sqlite, text, textOrNull } from "./Database.ts"
import type { Outcome, StoredAnswer } from "./Outcome.ts"

/** A queued request as it is kept; times are wall milliseconds since the epoch, `serviceMs` Fleet milliseconds. */
export interface StoredRequest {
  readonly id: string
  readonly app: string
  readonly method: string
  readonly path: string
  readonly headers: ReadonlyArray<readonly [string, string]>
  readonly body: Uint8Array | null
  readonly submission: Submission
  readonly serviceMs: number
  readonly caller: string | null
  readonly webhook: string | null
  readonly storesAnswer: boolean
  readonly submittedAtMs: number
}

/** What became of a stored request so far. */
export interface Progress {
  readonly attempts: number
  readonly inFlight: boolean
  readonly retriesUsed: ReadonlyArray<number>
  /** Its caller asked to cancel it while it was in flight. */
  readonly isCancelAsked: boolean
  readonly startedAtMs: number | null
  readonly runner: string | null
  readonly settledAtMs: number | null
  readonly outcome: Outcome["outcome"] | null
  readonly status: number | null
  readonly errorType: string | null
  readonly answer: StoredAnswer | null
  readonly isAnswerDeleted: boolean
}

/** In data directories of earlier versions -1 stands for none. */
const submissionOf = (json: string): Submission =>
  JSON.parse(json, (_key, value: unknown) => (value === -1 ? null : value))

const fromRow = (row: NonNullable<ReturnType<Database["get"]>>): StoredRequest & Progress => ({
  id: text(row["id"]),
  app: text(row["app"]),
  method: text(row["method"]),
  path: text(row["path"]),
  headers: JSON.parse(text(row["headers"])),
  body: bytesOrNull(row["body"]),
  submission: submissionOf(text(row["submission"])),
  serviceMs: Number(row["service_ms"]),
  caller: textOrNull(row["caller"]),
  webhook: textOrNull(row["webhook"]),
  storesAnswer: row["store_io"] === 1,
  submittedAtMs: Number(row["submitted_ms"]),
  attempts: Number(row["attempts"]),
  inFlight: row["in_flight"] === 1,
  retriesUsed: JSON.parse(text(row["retries_used"])),
  isCancelAsked: row["cancel_asked"] === 1,
  startedAtMs: numberOrNull(row["started_ms"]),
  runner: textOrNull(row["runner"]),
  settledAtMs: numberOrNull(row["settled_ms"]),
  outcome: textOrNull(row["outcome"]) as Outcome["outcome"] | null,
  status: numberOrNull(row["status"]),
  errorType: textOrNull(row["error_type"]),
  answer:
    row["answer_headers"] === null
      ? null
      : { headers: JSON.parse(text(row["answer_headers"])), body: bytesOrNull(row["answer"]) ?? new Uint8Array() },
  isAnswerDeleted: row["answer_deleted"] === 1
})

/** What a row takes on disk beside what its caller and its runner said. */
const rowBytes = 512
const said = ["body", "headers", "answer", "answer_headers"].map((column) => `coalesce(length(${column}), 0)`)
const payload = `(${[...said, rowBytes].join(" + ")})`
const forgottenAtOnce = 250

/** The durable queue: what was accepted is here before its caller hears of it, and its result before anybody can ask. */
export class QueueStore {
  private readonly database: Database
  /** Of the payloads of all that have an outcome: added up once, then counted along. */
  private bytes: number
  /** Of the bodies of those that have none yet. */
  openBytes: number

  constructor(database: Database) {
    this.database = database
    const sql = `select coalesce(sum(${payload}), 0) as bytes from requests where outcome is not null`
    this.bytes = Number(database.get(sql)?.["bytes"])
    const open = "select coalesce(sum(length(body)), 0) as bytes from requests where outcome is null"
    this.openBytes = Number(database.get(open)?.["bytes"])
  }

  add(request: StoredRequest): void {
    this.database.run(
      `insert into requests (id, app, method, path, headers, body, submission, service_ms, caller, webhook, store_io,
        submitted_ms) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      request.id,
      request.app,
      request.method,
      request.path,
      JSON.stringify(request.headers),
      request.body,
      JSON.stringify(request.submission),
      request.serviceMs,
      request.caller,
      request.webhook,
      request.storesAnswer ? 1 : 0,
      request.submittedAtMs
    )
    this.openBytes += request.body?.length ?? 0
  }

  /** It was not accepted after all. */
  remove({ body, id }: StoredRequest): void {
    this.database.run("delete from requests where id = ?", id)
    this.openBytes -= body?.length ?? 0
  }

  /** An attempt begins. */
  sent(id: string, attempt: number, runner: string, atMs: number): void {
    this.database.run(
      "update requests set attempts = ?, in_flight = 1, runner = ?, started_ms = ? where id = ?",
      attempt,
      runner,
      atMs,
      id
    )
  }

  /** An attempt failed and the request is in back-off. */
  retried(id: string, retriesUsed: ReadonlyArray<number>): void {
    this.database.run(
      "update requests set in_flight = 0, retries_used = ? where id = ?",
      JSON.stringify(retriesUsed),
      id
    )
  }

  /** Its caller wants it no more, which holds for whatever becomes of its runner (platform rule 4.7). */
  cancelAsked(id: string): void {
    this.database.run("update requests set cancel_asked = 1 where id = ? and outcome is null", id)
  }

  /** The one outcome; false when it had one already. To be called in the transaction of its ledger row. */
  settle(id: string, settled: Outcome, atMs: number): boolean {
    const { answer, attempts, errorType, outcome, status } = settled
    const row = this.database.get(
      `update requests set in_flight = 0, outcome = ?, status = ?, error_type = ?, attempts = ?, settled_ms = ?,
        answer_headers = ?, answer = ? where id = ? and outcome is null
        returning ${payload} as bytes, coalesce(length(body), 0) as body_bytes`,
      outcome,
      status,
      errorType,
      attempts,
      atMs,
      answer === null ? null : JSON.stringify(answer.headers),
      answer === null ? null : answer.body,
      id
    )
    this.database.afterCommit(() => {
      this.bytes += Number(row?.["bytes"] ?? 0)
      this.openBytes -= Number(row?.["body_bytes"] ?? 0)
    })
    return row !== null
  }

  find(id: string): (StoredRequest & Progress) | null {
    const row = this.database.get("select * from requests where id = ?", id)
    return row === null ? null : fromRow(row)
  }

  /** Whose app's request that is, null for one that is not kept. */
  appOf(id: string): string | null {
    return textOrNull(this.database.get("select app from requests where id = ?", id)?.["app"])
  }

  /** All without an outcome, in order of acceptance. */
  open(): ReadonlyArray<StoredRequest & Progress> {
    return this.database.all("select * from requests where outcome is null order by seq").map(fromRow)
  }

  deleteAnswer(id: string): void {
    const row = this.database.get(
      "select coalesce(length(answer), 0) + coalesce(length(answer_headers), 0) as bytes from requests where id = ?",
      id
    )
    this.bytes -= Number(row?.["bytes"] ?? 0)
    this.database.run("update requests set answer_headers = null, answer = null, answer_deleted = 1 where id = ?", id)
  }

  /**
   * Forgets some of those settled before that wall time, and some of the oldest beyond so many bytes (docs/architecture.md);
   * false when there are none.
   */
  prune(beforeMs: number, bytesMax: number): boolean {
    const sql = `delete from requests where seq in
      (select seq from requests where outcome is not null and settled_ms < ? limit ${forgottenAtOnce})
      returning ${payload} as bytes`
    const late = this.database.all(sql, beforeMs)
    for (const row of late) this.bytes -= Number(row["bytes"])
    return late.length > 0 || (this.bytes > bytesMax && this.forgetOldest(bytesMax))
  }

  private forgetOldest(bytesMax: number): boolean {
    const sql = `select seq, ${payload} as bytes from requests where outcome is not null order by seq
      limit ${forgottenAtOnce}`
    let last = 0
    for (const row of this.database.all(sql)) {
      if (this.bytes <= bytesMax) break
      last = Number(row["seq"])
      this.bytes -= Number(row["bytes"])
    }
    return this.database.run("delete from requests where seq <= ? and outcome is not null", last) > 0
  }
}

export class Queue extends Context.Service<Queue, QueueStore>()("@ebb/runtime/store/Queue") {
  static readonly layer = Layer.effect(
    Queue,
    Effect.map(Sqlite, (database) => new QueueStore(database))
  )
}

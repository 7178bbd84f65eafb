import { Context, Effect, Layer } from "effect"
import type { Submission } from "@ebb/core/fleet/Intake"
import { type Database, Sqlite } from "./Database.ts"
import type { Outcome, StoredAnswer } from "./Outcome.ts"
import { openBytesOf, openLength, payloadLength, Payloads, type PayloadStore } from "./PayloadStore.ts"

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

/** The durable queue: what was accepted is here before its caller hears of it, and its result before anybody can ask. */
export class QueueStore {
  private readonly database: Database
  private readonly payloads: PayloadStore

  constructor(database: Database, payloads: PayloadStore) {
    this.database = database
    this.payloads = payloads
  }

  add(request: StoredRequest): void {
    const headers = JSON.stringify(request.headers)
    this.database.run(
      `insert into requests (id, app, method, path, headers, body, submission, service_ms, caller, webhook, store_io,
        submitted_ms) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      request.id,
      request.app,
      request.method,
      request.path,
      headers,
      request.body,
      JSON.stringify(request.submission),
      request.serviceMs,
      request.caller,
      request.webhook,
      request.storesAnswer ? 1 : 0,
      request.submittedAtMs
    )
    this.payloads.openBytes += openBytesOf(request.body, headers)
  }

  /** It was not accepted after all. */
  remove({ body, headers, id }: StoredRequest): void {
    this.database.run("delete from requests where id = ?", id)
    this.payloads.openBytes -= openBytesOf(body, JSON.stringify(headers))
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

  /** Nobody wants these any more, which holds for whatever becomes of their runners (platform rule 4.7); all of them or none. */
  cancelAsked(ids: ReadonlyArray<string>): void {
    const sql = "update requests set cancel_asked = 1 where id in (select value from json_each(?)) and outcome is null"
    this.database.run(sql, JSON.stringify(ids))
  }

  /** The one outcome; false when it had one already. To be called in the transaction of its ledger row. */
  settle(id: string, settled: Outcome, atMs: number): boolean {
    const { answer, attempts, errorType, outcome, status } = settled
    const row = this.database.get(
      `update requests set in_flight = 0, outcome = ?, status = ?, error_type = ?, attempts = ?, settled_ms = ?,
        answer_headers = ?, answer = ? where id = ? and outcome is null
        returning ${payloadLength} as bytes, ${openLength} as open_bytes`,
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
      this.payloads.settledBytes += Number(row?.["bytes"] ?? 0)
      this.payloads.openBytes -= Number(row?.["open_bytes"] ?? 0)
    })
    return row !== null
  }
}

export class Queue extends Context.Service<Queue, QueueStore>()("@ebb/runtime/store/Queue") {
  static readonly layer = Layer.effect(
    Queue,
    Effect.gen(function* () {
      return new QueueStore(yield* Sqlite, yield* Payloads)
    })
  )
}

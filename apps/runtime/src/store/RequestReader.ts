import { Context, Effect, Layer } from "effect"
import type { Submission } from "@ebb/core/fleet/Intake"
import { bytesOrNull, type Database, numberOrNull, Sqlite, text, textOrNull } from "./Database.ts"
import type { Outcome } from "./Outcome.ts"
import type { Progress, StoredRequest } from "./QueueStore.ts"

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

/** Reads queued requests, with what became of them. */
export class RequestReader {
  private readonly database: Database

  constructor(database: Database) {
    this.database = database
  }

  find(id: string): (StoredRequest & Progress) | null {
    const row = this.database.get("select * from requests where id = ?", id)
    return row === null ? null : fromRow(row)
  }

  /** Of which app that request is, and which team sent it; null for one that is not kept. */
  originOf(id: string): Pick<StoredRequest, "app" | "caller"> | null {
    const row = this.database.get("select app, caller from requests where id = ?", id)
    return row === null ? null : { app: text(row["app"]), caller: textOrNull(row["caller"]) }
  }

  /** All without an outcome, in order of acceptance. */
  open(): ReadonlyArray<StoredRequest & Progress> {
    return this.database.all("select * from requests where outcome is null order by seq").map(fromRow)
  }
}

export class KeptRequests extends Context.Service<KeptRequests, RequestReader>()("@ebb/runtime/store/KeptRequests") {
  static readonly layer = Layer.effect(
    KeptRequests,
    Effect.map(Sqlite, (database) => new RequestReader(database))
  )
}

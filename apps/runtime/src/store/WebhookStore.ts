import { Context, Effect, Layer } from "effect"
import { type Database, Sqlite, text } from "./Database.ts"

/** A webhook that is not delivered yet; `dueAtMs` is wall milliseconds since the epoch. */
export interface PendingWebhook {
  readonly request: string
  readonly tries: number
  readonly dueAtMs: number
}

/** Webhooks that are still to be delivered: they outlive a restart. */
export class WebhookStore {
  private readonly database: Database

  constructor(database: Database) {
    this.database = database
  }

  /** To be called in the transaction of the request's outcome. */
  add(request: string, dueAtMs: number): void {
    this.database.run("insert into webhooks (request, due_ms) values (?, ?)", request, dueAtMs)
  }

  all(): ReadonlyArray<PendingWebhook> {
    return this.database.all("select * from webhooks order by due_ms").map((row) => ({
      request: text(row["request"]),
      tries: Number(row["tries"]),
      dueAtMs: Number(row["due_ms"])
    }))
  }

  postpone({ dueAtMs, request, tries }: PendingWebhook): void {
    this.database.run("update webhooks set tries = ?, due_ms = ? where request = ?", tries, dueAtMs, request)
  }

  remove(request: string): void {
    this.database.run("delete from webhooks where request = ?", request)
  }
}

export class PendingWebhooks extends Context.Service<PendingWebhooks, WebhookStore>()(
  "@ebb/runtime/store/PendingWebhooks"
) {
  static readonly layer = Layer.effect(
    PendingWebhooks,
    Effect.map(Sqlite, (database) => new WebhookStore(database))
  )
}

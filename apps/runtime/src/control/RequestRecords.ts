import { RequestKind } from "@ebb/core/tables/RequestState"
import { Context, Effect, Layer } from "effect"
import type { LiveRequest, Settled } from "../kernel/LiveRequest.ts"
import { Portions } from "../kernel/Portions.ts"
import * as Turns from "../kernel/Turns.ts"
import { Watching } from "../kernel/Watchers.ts"
import { type Database, Sqlite } from "../store/Database.ts"
import { type LedgerStore, RequestLedger } from "../store/LedgerStore.ts"
import type { Accepted, Outcome } from "../store/Outcome.ts"
import { type Progress, Queue, type QueueStore, type StoredRequest } from "../store/QueueStore.ts"
import { Webhooks, type WebhookSender } from "../webhooks/Webhooks.ts"

interface Stores {
  readonly database: Database
  readonly ledger: LedgerStore
  readonly queue: QueueStore
  readonly webhooks: WebhookSender
}

/** So many are written in one turn of the event loop: each takes several statements. */
export const outcomesAtOnce = 200

/** The outcome of a queued request. */
interface Ended {
  readonly request: Accepted & { readonly hasWebhook: boolean }
  readonly settled: Outcome
  readonly atMs: number
  /** Tells its caller. */
  readonly kept: () => void
}

const nobody = (): void => {}

/** Takes down what becomes of requests. */
export class RequestWriter {
  private readonly stores: Stores
  /** Those that are not written down yet: of thousands that end in one input some at a time. */
  private readonly outcomes = new Portions<string, Ended>({ most: outcomesAtOnce }, (some) =>
    this.write(some.map(([, ended]) => ended))
  )
  /** Of requests in back-off how many retries each has used up, as far as it is not written down yet. */
  private readonly retries: Portions<string, ReadonlyArray<number>>

  constructor(stores: Stores) {
    this.stores = stores
    const { database, queue } = stores
    this.retries = new Portions({ most: Turns.portion }, (some) =>
      database.eventually(() => database.transaction(() => some.forEach((retry) => queue.retried(...retry))))
    )
  }

  sent({ id, kind, runner }: LiveRequest, attempt: number): void {
    if (kind !== RequestKind.queued) return
    this.writeRetryOf(id)
    const { id: runnerId } = runner!
    const atMs = Date.now()
    this.stores.database.eventually(() => this.stores.queue.sent(id, attempt, runnerId, atMs))
  }

  /**
   * A forced rollout sends thousands into back-off in one input: they are written some at a time, once it is over. A crash
   * before that finds them in flight, which uses up a retry as well.
   */
  retried({ id, kind }: LiveRequest, used: ReadonlyArray<number>): void {
    if (kind !== RequestKind.queued) return
    this.retries.add(id, [...used])
  }

  /** Before anything else is written of that request. */
  private writeRetryOf(id: string): void {
    const used = this.retries.take(id)
    if (used !== undefined) this.stores.database.eventually(() => this.stores.queue.retried(id, used))
  }

  /** What waits is written now. */
  close(): void {
    this.retries.close()
    this.outcomes.close()
  }

  settled(request: LiveRequest, settled: Settled): void {
    const { app, kind, submittedAtMs } = request
    const { ledger } = this.stores
    const atMs = request.settledAtMs ?? Date.now()
    if (settled.outcome === "completed") app.latency.record(atMs - submittedAtMs, atMs)
    if (kind === RequestKind.queued) {
      this.writeRetryOf(request.id)
      return this.outcomes.add(request.id, { request, settled, atMs, kept: () => request.caller.kept?.() })
    }
    ledger.addSoon(ledger.row(request, settled, atMs))
  }

  private write(some: ReadonlyArray<Ended>): void {
    const { database } = this.stores
    database.eventually(() => database.transaction(() => some.forEach((ended) => this.writeOne(ended))))
  }

  /** Result, outcome, ledger row and webhook: all of them once, or none. */
  private writeOne({ atMs, kept, request, settled }: Ended): void {
    const { database, ledger, queue, webhooks } = this.stores
    database.afterCommit(kept)
    if (!queue.settle(request.id, settled, atMs)) return
    ledger.add(ledger.row(request, settled, atMs))
    if (request.hasWebhook) webhooks.add(request.id, atMs)
  }

  /** Before anybody looks at that request. */
  settleNow(id: string): void {
    const ended = this.outcomes.take(id)
    if (ended !== undefined) this.write([ended])
  }

  /** A queued request whose app was deleted with nobody left to tell the Fleet. */
  settleOrphan({ app, attempts, id, submittedAtMs, webhook }: StoredRequest & Progress): void {
    const hasWebhook = webhook !== null
    const request = {
      id,
      app: { id: app },
      number: 0,
      kind: RequestKind.queued,
      submittedAtMs,
      hasWebhook,
      startedAtMs: null,
      runner: null
    }
    const errorType = "runner_scheduling_failure"
    const settled = { outcome: "errored", status: 503, errorType, attempts, answer: null } as const
    this.outcomes.add(id, { request, settled, atMs: Date.now(), kept: nobody })
  }
}

/** Every step of every request is on disk before anybody else hears of it. */
export class RequestRecords extends Context.Service<RequestRecords, RequestWriter>()(
  "@ebb/runtime/control/RequestRecords"
) {
  static readonly layer = Layer.effect(
    RequestRecords,
    Effect.gen(function* () {
      const queue = yield* Queue
      const stores = { database: yield* Sqlite, ledger: yield* RequestLedger, queue, webhooks: yield* Webhooks }
      const writer = yield* Effect.acquireRelease(
        Effect.sync(() => new RequestWriter(stores)),
        (opened) => Effect.sync(() => opened.close())
      )
      const watchers = yield* Watching
      watchers.add({
        sent: (request, attempt) => writer.sent(request, attempt),
        retried: (request, retriesUsed) => writer.retried(request, retriesUsed),
        settled: (request, settled) => writer.settled(request, settled)
      })
      return writer
    })
  )
}

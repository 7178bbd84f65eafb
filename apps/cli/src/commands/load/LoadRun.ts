import type { Summary } from "@ebb/core/domain/Measures"
import { Histogram } from "@ebb/core/tables/Histogram"
import type { Connection } from "@ebb/protocol/rest/Client"
import * as Answer from "../../requests/Answer.ts"
import type { Callee } from "../../requests/Callee.ts"
import * as HttpCall from "../../requests/HttpCall.ts"
import * as QueuedRequest from "../../requests/QueuedRequest.ts"

/** How much of what is sent; `ratePerMs` arrivals a millisecond, evenly spaced. */
export interface LoadOptions {
  readonly connection: Connection
  readonly callee: Callee
  readonly kind: "direct" | "queued"
  readonly ratePerMs: number
  readonly body: string
}

/** What became of a load so far; latencies of completed requests in milliseconds, from sending to the whole answer. */
export interface LoadCounts {
  readonly sent: number
  readonly inFlight: number
  readonly completed: number
  readonly errored: number
  readonly errorsByType: Readonly<Record<string, number>>
  readonly latencyMs: Summary | null
}

/** The app is not there or the key may not call it: no request will fare better. */
const hopeless = [401, 403, 404]

/** Open-loop load: requests leave at their times, however the earlier ones fare. */
export class Load {
  private readonly options: LoadOptions
  private readonly latency = new Histogram()
  private readonly errors = new Map<string, number>()
  private readonly open = new Set<Promise<void>>()
  private readonly startedAt = performance.now()
  private sent = 0
  private completed = 0
  private errored = 0
  private refused: HttpCall.Answered | null = null

  constructor(options: LoadOptions) {
    this.options = options
  }

  /** An answer that makes it useless to go on. */
  get refusal(): HttpCall.Answered | null {
    return this.refused
  }

  get elapsedMs(): number {
    return performance.now() - this.startedAt
  }

  /** Sends what is due by now, but nothing that is due after `forMs`. */
  tick(forMs: number): void {
    const dueMs = Math.min(this.elapsedMs, forMs)
    // The first leaves at once, the next one a whole interval later; none at the very end.
    const due = Math.min(Math.floor(dueMs * this.options.ratePerMs) + 1, Math.ceil(forMs * this.options.ratePerMs))
    while (this.sent < due) this.send()
  }

  private send(): void {
    this.sent++
    const done = this.one()
    this.open.add(done)
    void done.finally(() => this.open.delete(done))
  }

  private async one(): Promise<void> {
    const startedAt = performance.now()
    const error = await this.outcome()
    if (error === null) {
      this.completed++
      this.latency.record(performance.now() - startedAt)
      return
    }
    this.errored++
    this.errors.set(error, (this.errors.get(error) ?? 0) + 1)
  }

  /** The type of the error; null where the request was answered well. */
  private async outcome(): Promise<string | null> {
    const { body, callee, connection, kind } = this.options
    try {
      const first = await HttpCall.send(connection, "POST", kind === "direct" ? callee.direct : callee.queued, body)
      if (kind === "direct" || first.status >= 300) return this.errorOf(first)
      return this.errorOf(await QueuedRequest.answerOf(connection, QueuedRequest.submitted(first.text)))
    } catch {
      return "connection_lost"
    }
  }

  private errorOf(answered: HttpCall.Answered): string | null {
    if (answered.status < 300) return null
    const type = Answer.errorTypeOf(answered)
    if (type === null && this.completed === 0 && hopeless.includes(answered.status)) this.refused = answered
    return type ?? `http_${answered.status}`
  }

  counts(): LoadCounts {
    const { completed, errored, sent } = this
    return {
      sent,
      inFlight: sent - completed - errored,
      completed,
      errored,
      errorsByType: Object.fromEntries(this.errors),
      latencyMs: this.latency.summary()
    }
  }

  /** Resolves when every request has its answer. */
  async settled(): Promise<void> {
    await Promise.all(this.open)
  }
}

import type { Summary } from "@ebb/core/domain/Measures"
import { Histogram } from "@ebb/core/fleet/Histogram"
import type { Connection } from "@ebb/protocol/rest/Client"

/** How much of what is sent; `ratePerMs` arrivals a millisecond, in time with the clock whether answers come or not. */
export interface LoadOptions {
  readonly connection: Connection
  readonly direct: string
  readonly queued: string
  readonly kind: "direct" | "queued"
  readonly ratePerMs: number
  readonly body: string
}

/** What became of a load so far; latencies in milliseconds from sending to the whole answer. */
export interface LoadCounts {
  readonly sent: number
  readonly inFlight: number
  readonly completed: number
  readonly errored: number
  readonly errorsByType: Readonly<Record<string, number>>
  readonly latencyMs: Summary | null
}

/** Open-loop load: requests leave at their times, evenly spaced, however the earlier ones fare. */
export class Load {
  private readonly options: LoadOptions
  private readonly latency = new Histogram()
  private readonly errors: Record<string, number> = {}
  private readonly open = new Set<Promise<void>>()
  private readonly startedAt = performance.now()
  private sent = 0
  private completed = 0
  private errored = 0

  constructor(options: LoadOptions) {
    this.options = options
  }

  /** Sends what is due by now. */
  tick(): void {
    const due = Math.floor((performance.now() - this.startedAt) * this.options.ratePerMs) + 1
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
    } else {
      this.errored++
      this.errors[error] = (this.errors[error] ?? 0) + 1
    }
  }

  /** The type of the error, or none. */
  private async outcome(): Promise<string | null> {
    try {
      const { direct, kind, queued } = this.options
      const response = await this.call(kind === "direct" ? direct : queued, "POST", this.options.body)
      if (kind === "direct" || !response.ok) return await errorOf(response)
      const { response_url, status_url } = (await response.json()) as { response_url: string; status_url: string }
      await (await this.call(`${status_url}/stream`, "GET", null)).text()
      return await errorOf(await this.call(response_url, "GET", null))
    } catch {
      return "connection_lost"
    }
  }

  private call(url: string, method: string, body: string | null): Promise<Response> {
    const headers = { authorization: `Key ${this.options.connection.key ?? ""}`, "content-type": "application/json" }
    return fetch(url, { method, headers, ...(body === null ? {} : { body }) })
  }

  counts(): LoadCounts {
    const { completed, errored, sent } = this
    return {
      sent,
      inFlight: sent - completed - errored,
      completed,
      errored,
      errorsByType: { ...this.errors },
      latencyMs: this.latency.summary()
    }
  }

  /** Resolves when every request has its answer. */
  async settled(): Promise<void> {
    await Promise.all(this.open)
  }
}

const errorOf = async (response: Response): Promise<string | null> => {
  await response.arrayBuffer()
  return response.ok ? null : (response.headers.get("x-fal-error-type") ?? `http_${response.status}`)
}

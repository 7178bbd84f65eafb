import { RequestKind } from "@ebb/core/tables/RequestState"
import type { LogLine } from "@ebb/protocol/rest/Shapes"
import type { Logs } from "./Logs.ts"

/** A request that comes to the runner. */
export interface Guest {
  readonly id: string
  readonly kind: RequestKind
  /** The team that sent it; null of one that showed no key, whom nothing tells from another such. */
  readonly callerId: string | null
}

/** Lines of a log by their place among all that were ever added: from the first of them to that behind the last. */
interface Span {
  readonly id: string
  readonly from: number
  to: number
  /** Before that moment a line may still be one of a request before, on its way through the pipe. */
  readonly settledFromMs: number
}

/** Which lines a runner printed while one request had it to itself: another team than the app's may see no others. */
export class OwnLines {
  private readonly logs: Logs
  /** How late what a process prints may be read. */
  private readonly lateMs: number
  /** By the ids of requests, in the order in which they came. */
  private readonly spans = new Map<string, Span>()
  private open: Span | null = null
  /** Who left the runner last, and when; and when somebody else did. */
  private leaver: string | null = null
  private leftMs: number
  private othersLeftMs: number

  /** `leftMs`: when somebody left it before, wall time. */
  constructor(logs: Logs, lateMs: number, leftMs: number) {
    this.logs = logs
    this.lateMs = lateMs
    this.leftMs = this.othersLeftMs = leftMs
  }

  /** A request has come, and so many are on the runner now. */
  came({ callerId, id, kind }: Guest, inFlight: number): void {
    this.close()
    // Of an attempt before.
    this.spans.delete(id)
    if (inFlight > 1 || kind !== RequestKind.queued) return
    const leftMs = callerId !== null && callerId === this.leaver ? this.othersLeftMs : this.leftMs
    this.open = { id, from: this.logs.kept.to, to: Infinity, settledFromMs: leftMs + this.lateMs }
    this.spans.set(id, this.open)
  }

  /** A request has left it. */
  left({ callerId }: Pick<Guest, "callerId">, nowMs: number): void {
    if (callerId === null || callerId !== this.leaver) this.othersLeftMs = this.leftMs
    this.leaver = callerId
    this.leftMs = nowMs
  }

  /** What of all lines that are kept belongs to that request alone. */
  of(id: string, lines: ReadonlyArray<LogLine>): ReadonlyArray<LogLine> {
    const span = this.spans.get(id)
    if (span === undefined) return []
    const first = this.logs.kept.to - lines.length
    const own = lines.slice(Math.max(0, span.from - first), Math.max(0, span.to - first))
    return own.filter(({ timestamp }) => Date.parse(timestamp) >= span.settledFromMs)
  }

  private close(): void {
    const { from, to: added } = this.logs.kept
    if (this.open !== null) this.open.to = added
    if (this.open?.from === added) this.spans.delete(this.open.id)
    this.open = null
    // The oldest, of which no line is kept any more.
    for (const { id, to } of this.spans.values()) {
      if (to > from) break
      this.spans.delete(id)
    }
  }
}

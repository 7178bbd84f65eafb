import { Lines } from "@ebb/rows/Lines"
import { RowError, shown } from "@ebb/rows/RowError"
import type { Feed } from "@ebb/rows/Feed"
import { blank, clear, type Requests } from "../requests/Requests.ts"
import { RequestTable } from "../requests/RequestTable.ts"
import * as OtlpSpans from "./OtlpSpans.ts"

const isDocument = (value: unknown): value is OtlpSpans.OtlpDocument =>
  typeof value === "object" && value !== null && "resourceSpans" in value && Array.isArray(value.resourceSpans)

const wholeMost = 256 * 1024 * 1024

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Spans in OTLP JSON: one object a line as collectors write it, or one object over many lines. */
export class OtlpLog implements Feed {
  private readonly tables = { llm_request: new RequestTable(), server: new RequestTable() }
  private readonly seen = blank()
  private others = 0
  private hasQueue = false
  private feed: Feed | null = null

  /** Whether a file that begins so has spans. */
  static matches(head: string): boolean {
    return /^\s*\{\s*"resourceSpans"\s*:/u.test(head)
  }

  push(text: string): boolean {
    this.feed ??=
      isDocument(parse(text.split("\n", 1)[0]!)) || text.split("\n", 1)[0]!.length > 1000 ? this.lines() : this.whole()
    return this.feed.push(text)
  }

  end(): void {
    this.feed?.end()
    if (this.tables.llm_request.count + this.tables.server.count > 0) return
    throw new RowError(
      1,
      `has ${this.others} spans, but none of a server (kind 2) and no llm_request: nothing to learn requests from`
    )
  }

  private lines(): Feed {
    const lines = new Lines((line, number) => {
      const document = parse(line)
      if (!isDocument(document)) throw new RowError(number, `is no object with resourceSpans: ${shown(line)}`)
      this.document(document)
      return true
    })
    return { push: (text) => lines.push(text), end: () => void lines.end() }
  }

  private whole(): Feed {
    let all = ""
    return {
      push: (text) => {
        all += text
        if (all.length > wholeMost) throw new RowError(1, "is one JSON object of more than 256 MiB; write one a line")
        return true
      },
      end: () => {
        const document = parse(all)
        if (!isDocument(document))
          throw new RowError(1, "is no whole JSON object with resourceSpans: it may be cut off")
        this.document(document)
      }
    }
  }

  private document(document: OtlpSpans.OtlpDocument): void {
    OtlpSpans.read(
      document,
      () => {
        clear(this.seen)
        return this.seen
      },
      (kind, seen) => {
        if (kind === "other") this.others++
        else {
          if (kind === "llm_request" && !Number.isNaN(seen.startMs)) this.hasQueue = true
          this.tables[kind].add(seen)
        }
      }
    )
  }

  requests(): Requests {
    const kind = this.tables.llm_request.count > 0 ? "llm_request" : "server"
    const table = this.tables[kind]
    if (this.others > 0) table.drop("spans of other kinds", this.others)
    if (kind === "llm_request" && this.tables.server.count > 0) {
      table.drop("spans of servers, in favour of llm_request", this.tables.server.count)
    }
    const what = kind === "llm_request" ? "spans named llm_request" : "spans of servers"
    return table.finish(OtlpSpans.meaningOf(kind, this.hasQueue), [`read as OTLP spans: ${what}`])
  }
}

import { RowError } from "@ebb/rows/RowError"
import type { Feed } from "@ebb/rows/Feed"
import type { Requests } from "../requests/Requests.ts"
import { AlbLog } from "./AlbLog.ts"
import { ColumnLog, type Told } from "./ColumnLog.ts"
import { CombinedLog } from "./CombinedLog.ts"
import { JsonLog } from "./JsonLog.ts"
import type { LogFormat } from "./LogFormat.ts"
import { LineLog } from "./LineLog.ts"
import { OtlpLog } from "./OtlpLog.ts"

/** What reads a log, and gives its requests in the end. */
interface Reader extends Feed {
  readonly requests: () => Requests
}

const headLength = 64 * 1024
const linesLooked = 10

/** Reads a log of requests, whatever its format: the first lines tell. */
export class RequestLog implements Feed {
  private reader: Reader | null = null
  private head = ""
  private readonly told: Told

  constructor(told: Told) {
    this.told = told
  }

  push(text: string): boolean {
    if (this.reader !== null) return this.reader.push(text)
    this.head += text
    return this.head.length < headLength || this.begin()
  }

  end(): void {
    if (this.reader === null && !this.begin()) return
    this.reader!.end()
  }

  private begin(): boolean {
    this.reader = readerFor(this.head, this.told)
    return this.reader.push(this.head)
  }

  requests(): Requests {
    return this.reader!.requests()
  }
}

const readerFor = (head: string, told: Told): Reader => {
  const lines = head
    .replace(/^\uFEFF/u, "")
    .split("\n")
    .filter((line) => line.trim() !== "")
  const [first = ""] = lines
  if (first === "") throw new RowError(1, "is empty: there is nothing to learn from")
  if (OtlpLog.matches(head)) return new OtlpLog()
  if (first.trimStart().startsWith("[{") || first.trim() === "[") {
    throw new RowError(1, "is one JSON array; write one object a line (jq -c '.[]')")
  }
  const format = lineFormat(lines)
  return format === null ? new ColumnLog(told, () => null) : new LineLog(format, told.unit)
}

const lineFormat = (lines: ReadonlyArray<string>): LogFormat | null => {
  for (const line of lines.slice(0, linesLooked)) {
    // Caddy and others write more than requests, at their start too.
    const json = line.startsWith("{") ? JsonLog.of(line) : null
    if (json !== null) return json
    if (AlbLog.matches(line)) return new AlbLog()
    if (CombinedLog.matches(line)) return new CombinedLog(lines)
  }
  return null
}

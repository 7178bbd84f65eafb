import { CsvRows } from "./Csv.ts"
import type { Feed, Taker } from "./Feed.ts"
import { JsonRows } from "./JsonLines.ts"
import { RowError } from "./RowError.ts"

/**
 * Rows of a CSV file with a header, or of JSON Lines: whichever the first character says. Nothing is kept beyond the row
 * that a piece of text ends in. Throws a RowError.
 */
export class Rows implements Feed {
  private feed: Feed | null = null
  private head = ""
  private readonly taker: Taker

  constructor(taker: Taker) {
    this.taker = taker
  }

  push(text: string): boolean {
    if (this.feed !== null) return this.feed.push(text)
    this.head += text
    const first = this.head.replace(/^\uFEFF/u, "").trimStart()
    if (first === "") return true
    this.feed = first.startsWith("{") ? new JsonRows(this.taker) : new CsvRows(this.taker)
    return this.feed.push(this.head)
  }

  end(): void {
    if (this.feed === null) throw new RowError(1, "is empty: a header and at least one row are needed")
    this.feed.end()
  }
}

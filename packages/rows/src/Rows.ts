import { CsvRows } from "./Csv.ts"
import { JsonRows } from "./JsonLines.ts"
import { RowError } from "./RowError.ts"

/** A value as it stands in a file: text in CSV, any JSON value in JSON Lines; undefined where a line has none. */
export type Value = unknown

/** Who wants rows. */
export interface Taker {
  /** What columns there are, of JSON Lines those of the first line; answers which are wanted, in that order. */
  readonly columns: (names: ReadonlyArray<string>) => ReadonlyArray<string>
  /** The values wanted of one row; `line` says where it begins in the file. False: no more rows are wanted. */
  readonly row: (values: ReadonlyArray<Value>, line: () => number) => boolean
}

/** Takes the text of a file piece by piece. */
export interface Feed {
  /** False when no more is wanted. */
  readonly push: (text: string) => boolean
  readonly end: () => void
}

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

const pieceLength = 256 * 1024

/** All of a text that is there whole. */
export const feedAll = (text: string, feed: Feed): void => {
  for (let from = 0; from < text.length; from += pieceLength) {
    if (!feed.push(text.slice(from, from + pieceLength))) return
  }
  feed.end()
}

/** Where a column stands among those that there are. */
export const indexIn = (names: ReadonlyArray<string>, name: string): number => {
  const at = names.indexOf(name)
  if (at < 0) throw new RowError(1, `has no column ${name}; it has ${listed(names)}`)
  if (names.lastIndexOf(name) !== at) throw new RowError(1, `has more than one column ${name}`)
  return at
}

const namesMost = 20

const listed = (names: ReadonlyArray<string>): string =>
  names.length <= namesMost
    ? names.join(", ")
    : `${names.slice(0, namesMost).join(", ")} and ${names.length - namesMost} more`

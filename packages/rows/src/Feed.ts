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

const pieceLength = 256 * 1024

/** All of a text that is there whole. */
export const feedAll = (text: string, feed: Feed): void => {
  for (let from = 0; from < text.length; from += pieceLength) {
    if (!feed.push(text.slice(from, from + pieceLength))) return
  }
  feed.end()
}

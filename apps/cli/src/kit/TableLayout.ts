/** How a column may be made narrower where a table does not fit. */
export interface LayoutColumn {
  /** Lines of its header. */
  readonly header: ReadonlyArray<string>
  readonly cells: ReadonlyArray<string>
  /** Never wrapped nor cut. */
  readonly keep: boolean
  /** An id: where the table does not fit, as many of its first characters as tell all of them apart. */
  readonly isId: boolean
  /** Which columns go first where nothing else helps: the highest. Those of rank 0 stay. */
  readonly rank: number
}

/** Which columns stand side by side, how wide each one is, and to how many characters its ids are cut. */
export interface Layout {
  readonly shown: ReadonlyArray<number>
  readonly widths: ReadonlyArray<number>
  readonly areIdsShort: boolean
}

/** How many columns of a terminal it takes: some characters take two. */
export const widthOf = (text: string): number => Bun.stringWidth(text)

const longestWord = (text: string): number => Math.max(0, ...text.split(" ").map(widthOf))

/** A word of up to this many characters is never cut: numbers and times are shorter. */
const uncutMax = 14
const shortestId = 8

/** How many characters of an id tell it from all the others. */
export const idLengthOf = (ids: ReadonlyArray<string>): number => {
  const longest = Math.max(shortestId, ...ids.map((id) => id.length))
  for (let length = shortestId; length < longest; length++) {
    if (new Set(ids.map((id) => id.slice(0, length))).size === new Set(ids).size) return length
  }
  return longest
}

/** What every box takes beside its cells: a bar and two blanks a cell, and one more bar. */
const total = (widths: ReadonlyArray<number>): number => widths.reduce((sum, width) => sum + width + 3, 1)

const widest = (texts: ReadonlyArray<string>): number => Math.max(0, ...texts.map(widthOf))

const natural = ({ cells, header }: LayoutColumn): number => Math.max(widest(header), widest(cells))

const idWidth = ({ cells, header }: LayoutColumn): number =>
  Math.max(longestWord(header.join(" ")), Math.min(widest(cells), idLengthOf(cells)))

const least = (column: LayoutColumn): number =>
  Math.max(
    longestWord(column.header.join(" ")),
    column.keep || column.isId
      ? widest(column.cells)
      : Math.max(0, ...column.cells.map((cell) => Math.min(uncutMax, longestWord(cell))))
  )

/** Takes from the widest column that may shrink until the row fits; null when it cannot. */
const shrunk = (
  widths: ReadonlyArray<number>,
  leasts: ReadonlyArray<number>,
  room: number
): ReadonlyArray<number> | null => {
  const fit = [...widths]
  while (total(fit) > room) {
    let at = -1
    fit.forEach((width, index) => {
      if (width > leasts[index]! && (at < 0 || width > fit[at]!)) at = index
    })
    if (at < 0) return null
    fit[at]!--
  }
  return fit
}

const fitted = (columns: ReadonlyArray<LayoutColumn>, areIdsShort: boolean, room: number) => {
  const isShort = (column: LayoutColumn): boolean => areIdsShort && column.isId
  const widths = columns.map((column) => (isShort(column) ? idWidth(column) : natural(column)))
  const leasts = columns.map((column) => (isShort(column) ? idWidth(column) : least(column)))
  return shrunk(widths, leasts, room)
}

/** Wraps words first, then shortens ids, then leaves out columns, the highest rank first; numbers are never cut. Null where that is not enough. */
export const fit = (columns: ReadonlyArray<LayoutColumn>, room: number): Layout | null => {
  const ranks = [...new Set(columns.map(({ rank }) => rank))].filter((rank) => rank > 0).sort((a, b) => b - a)
  for (const rankMax of [Infinity, ...ranks.map((rank) => rank - 1)]) {
    const shown = columns.flatMap(({ rank }, at) => (rank <= rankMax ? [at] : []))
    const kept = shown.map((at) => columns[at]!)
    for (const areIdsShort of rankMax === Infinity ? [false, true] : [true]) {
      const widths = fitted(kept, areIdsShort, room)
      if (widths !== null) return { shown, widths, areIdsShort }
    }
  }
  return null
}

/** The same without a limit. */
export const whole = (columns: ReadonlyArray<LayoutColumn>): Layout => ({
  shown: columns.map((_, at) => at),
  widths: columns.map(natural),
  areIdsShort: false
})

const cut = (word: string, width: number): string => {
  let start = ""
  for (const char of word) {
    if (widthOf(start + char) >= width) break
    start += char
  }
  return `${start}…`
}

/** A cell broken at blanks into lines of at most that width; a longer word is cut with an ellipsis. */
export const broken = (text: string, width: number): ReadonlyArray<string> => {
  const lines: Array<string> = []
  let line = ""
  for (const word of text.split(" ")) {
    const fitting = widthOf(word) > width ? cut(word, width) : word
    if (line === "") line = fitting
    else if (widthOf(line) + 1 + widthOf(fitting) <= width) line += ` ${fitting}`
    else {
      lines.push(line)
      line = fitting
    }
  }
  return [...lines, line]
}

export type Align = "left" | "right"

export const pad = (text: string, width: number, align: Align = "left"): string => {
  const blanks = " ".repeat(Math.max(0, width - widthOf(text)))
  return align === "right" ? blanks + text : text + blanks
}

/** A rectangle in pixels of the page. */
export interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** Where things stand in the picture of one mode. */
export interface Geometry {
  readonly width: number
  readonly height: number
  /** The radius of a request. */
  readonly dot: number
  readonly line: Box
  readonly exit: Box
  readonly cellOf: (cell: number) => Box
  /** Where a request is in a slot, so far done. */
  readonly inSlot: (cell: number, slot: number, progress: number) => readonly [x: number, y: number]
}

const gapPx = 4
const lineHeight = 34
const exitHeight = 24
const aspect = 1.5
const padding = 3

/** So many columns make the cells nearest to their shape. */
const columnsFor = (cells: number, width: number, height: number): number => {
  let best = 1
  let found = Infinity
  for (let columns = 1; columns <= cells; columns++) {
    const rows = Math.ceil(cells / columns)
    const shape = width / columns / (height / rows) / aspect
    const off = Math.max(shape, 1 / shape)
    if (off >= found) continue
    found = off
    best = columns
  }
  return best
}

/** Lays out so many runners of so many slots: the line above them, those that failed below. */
export const layout = (cells: number, slots: number, width: number, height: number): Geometry => {
  const top = lineHeight
  const room = height - lineHeight - exitHeight
  const columns = columnsFor(cells, width, room)
  const cellWidth = width / columns
  const cellHeight = room / Math.ceil(cells / columns)
  const cellOf = (cell: number): Box => ({
    x: (cell % columns) * cellWidth + gapPx / 2,
    y: top + Math.floor(cell / columns) * cellHeight + gapPx / 2,
    width: Math.max(1, cellWidth - gapPx),
    height: Math.max(1, cellHeight - gapPx)
  })
  const laneHeight = (cellHeight - gapPx - padding * 2) / slots
  const dot = Math.max(1.2, Math.min(5.5, laneHeight / 2 - 0.5, (cellWidth - gapPx) / 5))
  return {
    width,
    height,
    dot,
    line: { x: 0, y: 0, width, height: lineHeight },
    exit: { x: 0, y: height - exitHeight, width, height: exitHeight },
    cellOf,
    inSlot: (cell, slot, progress) => {
      const box = cellOf(cell)
      const inset = padding + dot
      return [box.x + inset + (box.width - inset * 2) * progress, box.y + padding + laneHeight * (slot + 0.5)]
    }
  }
}

import type { Places } from "@ebb/protocol/live/Places"

const sizeMax = 44
const sizeMin = 7
/** From this size on a number fits into a cell. */
export const numberSizeMin = 14

/** How the cells of a grid lie: all lengths in pixels of the page. */
export interface GridLayout {
  readonly columns: number
  readonly sizePx: number
  readonly gapPx: number
  readonly heightPx: number
}

const gapOf = (sizePx: number): number => (sizePx >= 24 ? 4 : sizePx >= 12 ? 2 : 1)

const layOut = (count: number, widthPx: number, sizePx: number): GridLayout => {
  const gapPx = gapOf(sizePx)
  const columns = Math.max(1, Math.floor((widthPx + gapPx) / (sizePx + gapPx)))
  const rows = Math.max(1, Math.ceil(count / columns))
  return { columns, sizePx, gapPx, heightPx: rows * (sizePx + gapPx) - gapPx }
}

/** The largest cells with which so many fit into that space; the smallest where none do. */
export const fit = (count: number, widthPx: number, heightPx: number): GridLayout => {
  for (let sizePx = sizeMax; sizePx > sizeMin; sizePx--) {
    const layout = layOut(count, widthPx, sizePx)
    if (layout.heightPx <= heightPx) return layout
  }
  return layOut(count, widthPx, sizeMin)
}

/** Where a cell begins. */
export const placeOf = (
  { columns, gapPx, sizePx }: GridLayout,
  cell: number
): { readonly x: number; readonly y: number } => ({
  x: (cell % columns) * (sizePx + gapPx),
  y: Math.floor(cell / columns) * (sizePx + gapPx)
})

/** The cell at a point; it may be one that is not there. */
export const cellAt = ({ columns, gapPx, sizePx }: GridLayout, x: number, y: number): number | null => {
  const column = Math.floor(x / (sizePx + gapPx))
  return column < 0 || column >= columns || y < 0 ? null : Math.floor(y / (sizePx + gapPx)) * columns + column
}

/** The runner that many cells on, over gaps too; an infinite step leads to an end, and from nowhere any other to the first. */
export const nextOf = (places: Places, from: string | null, step: number): string | null => {
  const ids = places.cells.filter((id) => id !== null)
  if (ids.length === 0) return null
  if (step === Infinity) return ids.at(-1)!
  const at = from === null ? null : places.of(from)
  if (at === null || step === -Infinity) return ids[0]!
  const direction = Math.sign(step)
  for (let cell = at + step; cell >= 0 && cell < places.cells.length; cell += direction) {
    const id = places.cells[cell]
    if (id !== null && id !== undefined) return id
  }
  return from
}

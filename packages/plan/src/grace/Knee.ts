/** A point of a falling curve. */
export interface Point {
  readonly x: number
  readonly y: number
}

/** A curve this near to a straight line has no knee. */
const straight = 0.05

/** Where a falling curve is farthest below the straight line from its first to its last point, both axes from 0 to 1; null: nowhere. */
export const kneeOf = (points: ReadonlyArray<Point>): Point | null => {
  const [first, last] = [points[0], points.at(-1)]
  if (first === undefined || last === undefined) return null
  const [width, height] = [last.x - first.x, first.y - last.y]
  if (!(width > 0) || !(height > 0)) return null
  const below = points.map(({ x, y }) => 1 - (x - first.x) / width - (y - last.y) / height)
  const most = below.reduce((best, value, at) => (value > below[best]! ? at : best), 0)
  return below[most]! > straight ? points[most]! : null
}

export const median = (values: ReadonlyArray<number>): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** So many in a second, short: `1.82 M/s`. */
export const perSecond = (count: number): string =>
  count >= 1e6 ? `${(count / 1e6).toFixed(2)} M/s` : `${(count / 1e3).toFixed(1)} k/s`

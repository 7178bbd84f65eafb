import gammaCdf from "@stdlib/stats-base-dists-gamma-cdf/lib/main.js"

/** The ranks of the values, the least being 1; equal ones share the mean of theirs. */
const ranksOf = (values: ReadonlyArray<number>): ReadonlyArray<number> => {
  const order = values.map((_, index) => index).sort((a, b) => values[a]! - values[b]!)
  const ranks = values.map(() => 0)
  for (let from = 0; from < order.length;) {
    let to = from
    while (to < order.length && values[order[to]!] === values[order[from]!]) to++
    for (let at = from; at < to; at++) ranks[order[at]!] = (from + 1 + to) / 2
    from = to
  }
  return ranks
}

/**
 * How likely it is that the columns differ at least as much as here although there is nothing between them (M. Friedman
 * 1937, with the correction for ties). Each row is compared only within itself.
 */
export const pValue = (rows: ReadonlyArray<ReadonlyArray<number>>): number => {
  const [first] = rows
  const [count, columns] = [rows.length, first?.length ?? 0]
  if (columns < 2) return 1
  const ranks = rows.map(ranksOf)
  const middle = (columns + 1) / 2
  const sums = Array.from({ length: columns }, (_, column) => ranks.reduce((sum, row) => sum + row[column]!, 0))
  const between = sums.reduce((sum, each) => sum + (each - count * middle) ** 2, 0)
  const within = ranks.flat().reduce((sum, rank) => sum + (rank - middle) ** 2, 0)
  if (within === 0) return 1
  const statistic = ((columns - 1) * between) / within
  return 1 - gammaCdf(statistic, (columns - 1) / 2, 0.5)
}

/** The least that it can be: where all rows agree. */
export const pValueLeast = (rows: number, columns: number): number =>
  columns < 2 ? 1 : 1 - gammaCdf(rows * (columns - 1), (columns - 1) / 2, 0.5)

const hourMs = 3_600_000

export interface Sample {
  readonly atMs: number
}

/** Least squares: units of `value` an hour. */
export const slopePerHour = <A extends Sample>(samples: ReadonlyArray<A>, value: (sample: A) => number): number => {
  const n = samples.length
  const meanAt = samples.reduce((sum, { atMs }) => sum + atMs, 0) / n
  const mean = samples.reduce((sum, each) => sum + value(each), 0) / n
  const up = samples.reduce((sum, each) => sum + (each.atMs - meanAt) * (value(each) - mean), 0)
  const down = samples.reduce((sum, { atMs }) => sum + (atMs - meanAt) ** 2, 0)
  return (up / down) * hourMs
}

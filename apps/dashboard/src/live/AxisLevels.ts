const rounds = [1, 2, 3, 4, 5, 6, 8, 10]

/** The next round number from a value on, at least 1: where an axis ends, so that its top can be read. */
export const roundAbove = (value: number): number => {
  if (value <= 1) return 1
  const unit = 10 ** Math.floor(Math.log10(value))
  return rounds.find((round) => round * unit >= value)! * unit
}

/** The lines across a chart that goes up to a round number: its foot, its top, and the middle where that is whole. */
export const levels = (top: number): Array<number> => (top % 2 === 0 ? [0, top / 2, top] : [0, top])

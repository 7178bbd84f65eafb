/** Any numbers by their position: an array, or a row that is filled again and again. */
export type Numbers = Readonly<ArrayLike<number>>

export const mean = (values: Numbers): number => {
  let sum = 0
  for (let at = 0; at < values.length; at++) sum += values[at]!
  return sum / values.length
}

/** Of a sample; 0 of less than two values. */
export const variance = (values: Numbers): number => {
  if (values.length < 2) return 0
  const middle = mean(values)
  let sum = 0
  for (let at = 0; at < values.length; at++) {
    const off = values[at]! - middle
    sum += off * off
  }
  return sum / (values.length - 1)
}

const blocks = [..."·▁▂▃▄▅▆▇█"]
const ascii = [...".12345678"]

/** The values in `cells` parts of equal length, each the largest of its part: a peak must not vanish in a mean. */
export const condense = (
  values: ReadonlyArray<number>,
  cells: number,
  pick: "least" | "greatest"
): ReadonlyArray<number> => {
  const length = Math.min(cells, values.length)
  return Array.from({ length }, (_, at) => {
    const part = values.slice(
      Math.floor((at * values.length) / length),
      Math.floor(((at + 1) * values.length) / length)
    )
    return pick === "least" ? Math.min(...part) : Math.max(...part)
  })
}

/** One character a value, as high as its share of `max`; nothing at all is a dot. */
export const line = (values: ReadonlyArray<number>, max: number, unicode: boolean): string => {
  const marks = unicode ? blocks : ascii
  const top = marks.length - 1
  const mark = (value: number) =>
    value <= 0 || max <= 0 ? 0 : Math.max(1, Math.min(top, Math.round((value / max) * top)))
  return values.map((value) => marks[mark(value)] ?? "").join("")
}

/** What is wrong in a file of rows, and in which line; null where none is to blame alone. */
export class RowError extends Error {
  readonly line: number | null

  constructor(line: number | null, problem: string) {
    super(problem)
    this.line = line
  }
}

const longest = 40

/** A value on one line, cut where it is long, without what a terminal would obey. */
export const shown = (value: unknown): string => {
  if (value === null || value === undefined) return "nothing"
  const text = typeof value === "object" ? JSON.stringify(value) : String(value).replaceAll(/[\s\p{C}]+/gu, " ")
  return text.length <= longest ? text : `${text.slice(0, longest)}…`
}

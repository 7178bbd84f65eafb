const systemReasons: Readonly<Record<string, string>> = {
  ENOSPC: "no space is left",
  EDQUOT: "the quota is used up",
  EROFS: "it is read-only",
  EIO: "it cannot be reached"
}

/** SQLite's primary result codes. */
const databaseReasons: Readonly<Record<number, string>> = {
  8: "it is read-only",
  10: "it cannot be read or written",
  13: "no space is left"
}

/** Why the disk of the data directory refused, in words; null for any other error. */
export const problemOf = (error: unknown): string | null => {
  if (!(error instanceof Error)) return null
  if ("errcode" in error && typeof error.errcode === "number") return databaseReasons[error.errcode & 0xff] ?? null
  return "code" in error && typeof error.code === "string" ? (systemReasons[error.code] ?? null) : null
}

/** What a caller is told whose request needed the disk. */
export const sentence = (problem: string): string =>
  `The sandbox cannot write to its data directory: ${problem}. Nothing of this was kept; try again when there is room`

let known: string | null = null

/** Says once that the disk refuses, and once that it does not any more. */
export const note = (problem: string | null): void => {
  if (problem === known) return
  known = problem
  console.error(
    problem === null
      ? "The data directory can be written again."
      : `The data directory cannot be written: ${problem}. What was acknowledged is kept; what needs the disk is refused until it can.`
  )
}

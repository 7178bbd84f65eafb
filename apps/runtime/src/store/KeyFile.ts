import { readFileSync } from "node:fs"

/** The key in a file of one, `ID:SECRET`; null where there is no file, or no whole key in it: half a key is none. */
export const read = (file: string): string | null => {
  try {
    const key = readFileSync(file, "utf8").trim()
    return /^[^\s:]+:[^\s:]+$/.test(key) ? key : null
  } catch {
    return null
  }
}

import { readlinkSync } from "node:fs"

/** The file that the process runs; null where it is not to be known. */
export const of = (pid: number): string | null => {
  try {
    return readlinkSync(`/proc/${pid}/exe`)
  } catch {
    // It has ended, or it belongs to somebody else.
    return null
  }
}

import { closeSync, ftruncateSync, fstatSync, openSync, readSync, writeSync } from "node:fs"
import { limits } from "../edge/Limits.ts"

/** Keeps the newer half of the log of `ebb up --detach` where it has become too long; without one it does nothing. */
export const trim = (path: string): void => {
  let file: number
  try {
    file = openSync(path, "r+")
  } catch {
    return
  }
  try {
    const { size } = fstatSync(file)
    if (size <= limits.hostLogBytes) return
    const kept = Buffer.alloc(Math.floor(limits.hostLogBytes / 2))
    readSync(file, kept, 0, kept.length, size - kept.length)
    const line = kept.indexOf("\n") + 1
    // Whoever writes to it appends: the next line comes behind these.
    ftruncateSync(file)
    writeSync(file, kept, line, kept.length - line, 0)
  } finally {
    closeSync(file)
  }
}

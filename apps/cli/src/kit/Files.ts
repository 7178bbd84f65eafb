import { Effect } from "effect"
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync
} from "node:fs"
import { dirname, isAbsolute, join } from "node:path"
import { CommandFailed, InvalidInput } from "./Errors.ts"

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "no such file or directory",
  EISDIR: "it is a directory",
  ENOTDIR: "a part of the path is not a directory",
  EEXIST: "it is there already, and no directory",
  EACCES: "permission denied",
  EROFS: "the file system is read-only",
  ENOSPC: "no space is left on the device"
}

/** Why the system refused, in words. */
export const reason = (error: unknown): string => {
  const code = error instanceof Error && "code" in error ? String(error.code) : ""
  return reasons[code] ?? (error instanceof Error ? error.message : String(error))
}

/** The path as seen from the folder. */
export const resolve = (folder: string, path: string): string => (isAbsolute(path) ? path : join(folder, path))

/** The whole text of a file that the user named; `shown` is the name as typed. */
export const read = (path: string, shown: string): Effect.Effect<string, InvalidInput> =>
  Effect.try({
    try: () => readFileSync(path, "utf8"),
    catch: (because) => new InvalidInput({ text: `${shown}: ${reason(because)}`, because })
  })

export const exists = (path: string): boolean => existsSync(path)

/** Refuses now what could not be written later; nothing is made. */
export const checkWritable = (path: string, shown: string): Effect.Effect<void, InvalidInput> =>
  Effect.try({
    try: () => {
      if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) throw failure("EISDIR")
      accessSync(nearestFolder(path), constants.W_OK)
    },
    catch: (because) => new InvalidInput({ text: `${shown} cannot be written: ${reason(because)}`, because })
  })

const failure = (code: string): Error => Object.assign(new Error(code), { code })

/** The folder of a path, or what there is of the way to it. */
const nearestFolder = (path: string): string => {
  const folder = dirname(path)
  const found = statSync(folder, { throwIfNoEntry: false })
  if (found === undefined) return nearestFolder(folder)
  if (!found.isDirectory()) throw failure("ENOTDIR")
  return folder
}

const replace = (path: string, text: string | Iterable<string>): void => {
  const beside = `${path}.${process.pid}.tmp`
  try {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(beside, "")
    for (const part of batches(text)) writeFileSync(beside, part, { flag: "a" })
    renameSync(beside, path)
  } catch (error) {
    rmSync(beside, { force: true })
    throw error
  }
}

const batchLength = 1 << 20

/** Small pieces joined to large ones, so that a long journal takes few writes and little memory. */
function* batches(text: string | Iterable<string>): Iterable<string> {
  if (typeof text === "string") return yield text
  let batch = ""
  for (const part of text) {
    batch += part
    if (batch.length < batchLength) continue
    yield batch
    batch = ""
  }
  yield batch
}

/** Writes the file whole or not at all: whatever was there stays until all of the new text is on disk. */
export const write = (
  path: string,
  shown: string,
  text: string | Iterable<string>
): Effect.Effect<void, CommandFailed> =>
  Effect.try({
    try: () => replace(path, text),
    catch: (because) => new CommandFailed({ text: `${shown} was not written: ${reason(because)}`, because })
  })

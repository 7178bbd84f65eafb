import { Effect } from "effect"
import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync
} from "node:fs"
import { basename, dirname, isAbsolute, join } from "node:path"
import { CommandFailed, InvalidInput } from "./Errors.ts"
import { reason } from "./Reason.ts"

export { reason } from "./Reason.ts"

/** The path as seen from the folder. */
export const resolve = (folder: string, path: string): string => (isAbsolute(path) ? path : join(folder, path))

/** The whole text of a file that the user named; `shown` is the name as typed. */
export const read = (path: string, shown: string): Effect.Effect<string, InvalidInput> =>
  Effect.try({
    try: () => readFileSync(path, "utf8"),
    catch: (because) => new InvalidInput({ text: `${shown}: ${reason(because)}`, because })
  })

export const exists = (path: string): boolean => existsSync(path)

export const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() === true

/** Refuses now what could not be written later; nothing is made. */
export const checkWritable = (path: string, shown: string): Effect.Effect<void, InvalidInput> =>
  Effect.try({
    try: () => {
      const there = statSync(path, { throwIfNoEntry: false })
      if (there?.isDirectory() === true) throw failure("EISDIR")
      accessSync(there === undefined || there.isFile() ? nearestFolder(targetOf(path)) : path, constants.W_OK)
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

/** The file that a path stands for, at the end of whatever links there are. */
const targetOf = (path: string): string => {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return path
  const isThere = statSync(path, { throwIfNoEntry: false }) !== undefined
  return isThere ? realpathSync(path) : resolve(dirname(path), readlinkSync(path))
}

/** The one name of a file, whatever links lead to it; of one that is not there yet, the name that it would have. */
export const realPath = (path: string): string => {
  const there = statSync(path, { throwIfNoEntry: false })
  // A pipe has no name beyond this one.
  if (there !== undefined) return there.isFile() || there.isDirectory() ? realpathSync.native(path) : path
  const target = targetOf(path)
  const folder = dirname(target)
  return folder === target ? target : join(realPath(folder), basename(target))
}

const put = (path: string, text: string | Iterable<string>): void => {
  const there = statSync(path, { throwIfNoEntry: false })
  // A device, a pipe or a socket is written to by the name given: a file must not take its place, and a pipe has no other name.
  if (there !== undefined && !there.isFile()) return writeAll(path, constants.O_WRONLY, text)
  replace(targetOf(path), text, there?.mode)
}

const writeAll = (path: string, flag: string | number, text: string | Iterable<string>): void => {
  const descriptor = openSync(path, flag)
  try {
    for (const part of batches(text)) writeFileSync(descriptor, part)
  } finally {
    closeSync(descriptor)
  }
}

const replace = (path: string, text: string | Iterable<string>, mode: number | undefined): void => {
  const beside = `${path}.${process.pid}.tmp`
  try {
    mkdirSync(dirname(path), { recursive: true })
    writeAll(beside, "w", text)
    if (mode !== undefined) chmodSync(beside, mode)
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

/** Writes a file whole or not at all: whatever was there stays until all of the new text is on disk. */
export const write = (
  path: string,
  shown: string,
  text: string | Iterable<string>
): Effect.Effect<void, CommandFailed> =>
  Effect.try({
    try: () => put(path, text),
    catch: (because) => new CommandFailed({ text: `${shown} was not written: ${reason(because)}`, because })
  })

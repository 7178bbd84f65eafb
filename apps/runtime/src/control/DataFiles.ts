import { Effect } from "effect"
import { Files } from "../store/FileStore.ts"
import { type TeamFile, TeamFiles } from "../store/TeamFileStore.ts"
import type * as FileUploads from "./FileUploads.ts"
import type { Principal } from "./Principal.ts"
import { notFound, type Refused, refuse } from "./Refused.ts"

const root = "/data"
const longest = 1024

/** Absolute and plain; the client's own current folder is /data. */
export const pathOf = (given: string): Effect.Effect<string, Refused> => {
  const parts = given.split("/").filter((part) => part !== "" && part !== ".")
  const path = `/${parts.join("/")}`
  const isBad = parts[0] !== "data" || parts.includes("..") || path.length > longest || /[\p{Cc}\p{Cs}]/u.test(path)
  return isBad
    ? Effect.fail(
        refuse("INVALID_ARGUMENT", `A path must lie in /data, without '..' and control characters, got '${given}'`)
      )
    : Effect.succeed(path)
}

const fileAt = Effect.fnUntraced(function* ({ team }: Principal, path: string) {
  const found = (yield* TeamFiles).find(team, "data", path)
  return found !== null && (yield* Files).find(found.file) !== null ? found : null
})

const below = Effect.fnUntraced(function* ({ team }: Principal, folder: string) {
  const files = yield* Files
  return (yield* TeamFiles).below(team, folder).filter(({ file }) => files.find(file) !== null)
})

/** The folder that a path is in, and those above it below /data. */
const foldersOf = (path: string): ReadonlyArray<string> => {
  const parts = path.split("/").slice(0, -1)
  return parts.map((_, at) => parts.slice(0, at + 1).join("/")).filter((folder) => folder.length > root.length)
}

/** Where a file may be put: not where a folder is, nor below a file. */
const free = Effect.fnUntraced(function* (principal: Principal, given: string) {
  const path = yield* pathOf(given)
  if (path === root || (yield* below(principal, path)).length > 0) {
    return yield* refuse("ALREADY_EXISTS", `'${path}' is a folder`)
  }
  for (const folder of foldersOf(path)) {
    if ((yield* fileAt(principal, folder)) !== null) return yield* refuse("ALREADY_EXISTS", `'${folder}' is a file`)
  }
  return path
})

export const destination = (principal: Principal, given: string) =>
  Effect.map(free(principal, given), (path): FileUploads.Destination => ({ kind: "data", path }))

const iso = (atMs: number): string => new Date(atMs).toISOString()

/** What is in a folder: its files, and its folders as late as the newest file in them. */
export const list = Effect.fn("files.list")(function* (principal: Principal, given: string) {
  const folder = yield* pathOf(given)
  const entries = new Map<string, { path: string; size: number; is_file: boolean; updated_time: string }>()
  for (const { bytes, path, updatedAtMs } of yield* below(principal, folder)) {
    const [first = "", ...others] = path.slice(folder.length + 1).split("/")
    const at = `${folder}/${first}`
    const updated_time = iso(Math.max(updatedAtMs, Date.parse(entries.get(at)?.updated_time ?? iso(0))))
    const isFile = others.length === 0
    entries.set(at, { path: at, size: isFile ? bytes : 0, is_file: isFile, updated_time })
  }
  return [...entries.values()]
})

/** Where the bytes of a file are. */
export const read = Effect.fn("files.read")(function* (principal: Principal, given: string) {
  const path = yield* pathOf(given)
  const found = yield* fileAt(principal, path)
  const content = found === null ? null : (yield* Files).find(found.file)
  return content ?? (yield* notFound(`'${path}' not found`))
})

/** A file, or all that is in a folder. */
const at = Effect.fnUntraced(function* (principal: Principal, given: string) {
  const path = yield* pathOf(given)
  const file = yield* fileAt(principal, path)
  const found: ReadonlyArray<TeamFile> = file === null ? yield* below(principal, path) : [file]
  return found.length === 0 ? yield* notFound(`'${path}' not found`) : { path, found }
})

export const remove = Effect.fn("files.remove")(function* (principal: Principal, given: string) {
  const { found } = yield* at(principal, given)
  const files = yield* Files
  ;(yield* TeamFiles).forget(found.map(({ file }) => file))
  for (const { file } of found) files.remove(file)
  return { ok: true }
})

/** A file or a folder gets another name, which nothing may have. */
export const rename = Effect.fn("files.rename")(function* (principal: Principal, given: string, target: string) {
  const { found, path } = yield* at(principal, given)
  const to = yield* free(principal, target)
  if ((yield* fileAt(principal, to)) !== null) return yield* refuse("ALREADY_EXISTS", `'${to}' is there already`)
  if (to.startsWith(`${path}/`)) return yield* refuse("INVALID_ARGUMENT", `'${to}' is in '${path}'`)
  const paths = found.map((one) => [one.file, `${to}${one.path.slice(path.length)}`] as const)
  ;(yield* TeamFiles).rename(new Map(paths))
  return { ok: true }
})

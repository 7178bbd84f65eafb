import { Effect } from "effect"
import { type Destination, type FilePlaces, filePlaces } from "./FilePlaces.ts"
import type { TeamFile } from "../store/TeamFileStore.ts"
import type { Principal } from "./Principal.ts"
import { notFound, type Refused, refuse } from "./Refused.ts"

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

/** Where a file may be put; whoever puts it there later looks again. */
export const destination = Effect.fnUntraced(function* ({ team }: Principal, given: string) {
  const to: Destination = { kind: "data", path: yield* pathOf(given) }
  const obstacle = (yield* filePlaces).obstacle(team, to)
  return obstacle === null ? to : yield* obstacle
})

const iso = (atMs: number): string => new Date(atMs).toISOString()

/** What is in a folder: its files, and its folders as late as the newest file in them. */
export const list = Effect.fn("files.list")(function* (principal: Principal, given: string) {
  const folder = yield* pathOf(given)
  const entries = new Map<string, { path: string; size: number; is_file: boolean; updated_time: string }>()
  for (const { bytes, path, updatedAtMs } of (yield* filePlaces).below(principal.team, folder)) {
    const [first = "", ...others] = path.slice(folder.length + 1).split("/")
    const at = `${folder}/${first}`
    const updated_time = iso(Math.max(updatedAtMs, Date.parse(entries.get(at)?.updated_time ?? iso(0))))
    const isFile = others.length === 0
    entries.set(at, { path: at, size: isFile ? bytes : 0, is_file: isFile, updated_time })
  }
  return [...entries.values()]
})

/** Where the bytes of a file are. */
export const read = Effect.fn("files.read")(function* ({ team }: Principal, given: string) {
  const path = yield* pathOf(given)
  const places = yield* filePlaces
  const found = places.at(team, { kind: "data", path })
  const content = found === null ? null : places.files.find(found.file)
  return content ?? (yield* notFound(`'${path}' not found`))
})

/** A file, or all that is in a folder. */
const all = (places: FilePlaces, team: string, path: string): ReadonlyArray<TeamFile> => {
  const file = places.at(team, { kind: "data", path })
  return file === null ? places.below(team, path) : [file]
}

export const remove = Effect.fn("files.remove")(function* ({ team }: Principal, given: string) {
  const path = yield* pathOf(given)
  const places = yield* filePlaces
  const found = all(places, team, path)
  if (found.length === 0) return yield* notFound(`'${path}' not found`)
  places.names.forget(found.map(({ file }) => file))
  for (const { file } of found) places.files.remove(file)
  return { ok: true }
})

/** Why it cannot be moved there; null once it is. */
const move = (places: FilePlaces, team: string, path: string, to: string): Refused | null => {
  const found = all(places, team, path)
  if (found.length === 0) return notFound(`'${path}' not found`)
  const target: Destination = { kind: "data", path: to }
  const obstacle = places.obstacle(team, target)
  if (obstacle !== null) return obstacle
  if (places.at(team, target) !== null) return refuse("ALREADY_EXISTS", `'${to}' is there already`)
  if (to.startsWith(`${path}/`)) return refuse("INVALID_ARGUMENT", `'${to}' is in '${path}'`)
  const paths = new Map(found.map((one) => [one.file, `${to}${one.path.slice(path.length)}`]))
  // What has those names yet has lost its bytes.
  const lost = [...paths.values()].map((each) => places.names.find(team, "data", each))
  places.names.forget(lost.flatMap((each) => (each === null ? [] : [each.file])))
  places.names.rename(paths)
  return null
}

/** A file or a folder gets another name, which nothing may have. */
export const rename = Effect.fn("files.rename")(function* ({ team }: Principal, given: string, target: string) {
  const [path, to] = [yield* pathOf(given), yield* pathOf(target)]
  const places = yield* filePlaces
  const problem = yield* Effect.sync(() => move(places, team, path, to))
  return problem === null ? { ok: true } : yield* problem
})

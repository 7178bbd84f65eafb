import { Effect } from "effect"
import { Files, type FileStore } from "../store/FileStore.ts"
import { type TeamFile, type TeamFileKind, TeamFiles, type TeamFileStore } from "../store/TeamFileStore.ts"
import { type Refused, refuse } from "./Refused.ts"

/** Where a file of a team goes: one of a deploy is named by its hash, one below /data by its path. */
export interface Destination {
  readonly kind: TeamFileKind
  readonly path: string
}

export const root = "/data"

/** The folder that a path is in, and those above it below /data. */
const foldersOf = (path: string): ReadonlyArray<string> => {
  const parts = path.split("/").slice(0, -1)
  return parts.map((_, at) => parts.slice(0, at + 1).join("/")).filter((folder) => folder.length > root.length)
}

/** What teams have where. All of it is synchronous: what was looked at holds until the caller awaits something. */
export class FilePlaces {
  readonly names: TeamFileStore
  readonly files: FileStore

  constructor(names: TeamFileStore, files: FileStore) {
    this.names = names
    this.files = files
  }

  /** Null also where the bytes are gone. */
  at(team: string, { kind, path }: Destination): TeamFile | null {
    const found = this.names.find(team, kind, path)
    return found !== null && this.files.find(found.file) !== null ? found : null
  }

  below(team: string, folder: string): ReadonlyArray<TeamFile> {
    return this.names.below(team, folder).filter(({ file }) => this.files.find(file) !== null)
  }

  /** Why a file may not be put there: not where one of a deploy is, nor where a folder is, nor below a file. */
  obstacle(team: string, to: Destination): Refused | null {
    const { kind, path } = to
    if (kind === "app") {
      return this.at(team, to) === null ? null : refuse("ALREADY_EXISTS", `'${path}' is there already`)
    }
    if (path === root || this.below(team, path).length > 0) return refuse("ALREADY_EXISTS", `'${path}' is a folder`)
    const file = foldersOf(path).find((folder) => this.at(team, { kind, path: folder }) !== null)
    return file === undefined ? null : refuse("ALREADY_EXISTS", `'${file}' is a file`)
  }
}

export const filePlaces = Effect.zipWith(TeamFiles, Files, (names, files) => new FilePlaces(names, files))

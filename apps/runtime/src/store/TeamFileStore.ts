import { Context, Effect, Layer } from "effect"
import { type Database, Sqlite, text } from "./Database.ts"

/** What a file is for: `app` came with a deploy, `data` is below /data. */
export type TeamFileKind = "app" | "data"

/** A file as its team calls it: by its hash or its path. */
export interface TeamFile {
  readonly path: string
  /** Its id among the uploaded files. */
  readonly file: string
  readonly bytes: number
  /** Wall milliseconds since the epoch. */
  readonly updatedAtMs: number
}

const fileOf = (row: NonNullable<ReturnType<Database["get"]>>): TeamFile => ({
  path: text(row["path"]),
  file: text(row["file"]),
  bytes: Number(row["bytes"]),
  updatedAtMs: Number(row["updated_ms"])
})

/** The names that teams have for their files; the bytes are uploaded files like any other. */
export class TeamFileStore {
  private readonly database: Database

  constructor(database: Database) {
    this.database = database
  }

  find(team: string, kind: TeamFileKind, path: string): TeamFile | null {
    const sql = "select * from team_files where team = ? and kind = ? and path = ?"
    const row = this.database.get(sql, team, kind, path)
    return row === null ? null : fileOf(row)
  }

  /** Whether an uploaded file has a name. */
  hasName(file: string): boolean {
    return this.database.get("select 1 from team_files where file = ?", file) !== null
  }

  /** Those below a folder of /data, by path. */
  below(team: string, folder: string): ReadonlyArray<TeamFile> {
    const sql = "select * from team_files where team = ? and kind = 'data' and path > ? and path < ? order by path"
    // The sign after the slash ends what begins with it.
    return this.database.all(sql, team, `${folder}/`, `${folder}0`).map(fileOf)
  }

  /** In place of one of that name. */
  save(team: string, kind: TeamFileKind, { bytes, file, path, updatedAtMs }: TeamFile): void {
    const sql =
      "insert or replace into team_files (team, kind, path, file, bytes, updated_ms) values (?, ?, ?, ?, ?, ?)"
    this.database.run(sql, team, kind, path, file, bytes, updatedAtMs)
  }

  /** Other paths for files, by their ids; all of them or none: a crash leaves no folder half moved. */
  rename(paths: ReadonlyMap<string, string>): void {
    const sql = "update team_files set path = ? where file = ?"
    this.database.transaction(() => paths.forEach((path, file) => this.database.run(sql, path, file)))
  }

  /** All of them or none. */
  forget(files: ReadonlyArray<string>): void {
    const sql = "delete from team_files where file = ?"
    this.database.transaction(() => files.forEach((file) => this.database.run(sql, file)))
  }
}

export class TeamFiles extends Context.Service<TeamFiles, TeamFileStore>()("@ebb/runtime/store/TeamFiles") {
  static readonly layer = Layer.effect(
    TeamFiles,
    Effect.map(Sqlite, (database) => new TeamFileStore(database))
  )
}

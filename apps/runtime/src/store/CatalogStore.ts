import { Context, Effect, Layer } from "effect"
import type { Revision, Scaling } from "@ebb/core/domain/App"
import type { AuthMode, DeploySaid } from "@ebb/protocol/rest/Shapes"
import type { SpecText } from "@ebb/sim/spec/SpecSchema"
import { type Database, Sqlite, text, textOrNull } from "./Database.ts"

export interface StoredRevision {
  readonly id: string
  readonly app: string
  readonly spec: SpecText
  readonly folder: string
  /** The texts of the files that the spec names, by their path in it. */
  readonly files: Readonly<Record<string, string>>
  readonly said: DeploySaid | null
  readonly state: "ready" | "failed" | "rolling"
  readonly createdAtMs: number
}

/** An app with its scaling and settings in force. */
export interface StoredApp {
  readonly id: string
  readonly team: string
  readonly env: string
  readonly name: string
  readonly auth: AuthMode
  readonly regions: ReadonlyArray<string>
  readonly revision: string
  readonly scaling: Scaling
  readonly settings: Revision
}

/** Apps and their revisions. */
export class CatalogStore {
  private readonly database: Database

  constructor(database: Database) {
    this.database = database
  }

  saveApp(app: StoredApp): void {
    this.database.run(
      `insert into apps (id, team, env, name, auth, regions, revision, scaling, settings, created_ms)
        values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (id) do update set auth = excluded.auth,
        regions = excluded.regions, revision = excluded.revision, scaling = excluded.scaling, settings = excluded.settings`,
      app.id,
      app.team,
      app.env,
      app.name,
      app.auth,
      JSON.stringify(app.regions),
      app.revision,
      JSON.stringify(app.scaling),
      JSON.stringify(app.settings),
      Date.now()
    )
  }

  deleteApp(id: string): void {
    this.database.run("update apps set deleted = 1 where id = ?", id)
  }

  apps(are: "there" | "deleted"): ReadonlyArray<StoredApp> {
    const sql = "select * from apps where deleted = ? order by created_ms, id"
    return this.database.all(sql, are === "deleted" ? 1 : 0).map((row) => ({
      id: text(row["id"]),
      team: text(row["team"]),
      env: text(row["env"]),
      name: text(row["name"]),
      auth: text(row["auth"]) as AuthMode,
      regions: JSON.parse(text(row["regions"])),
      revision: text(row["revision"]),
      scaling: JSON.parse(text(row["scaling"])),
      settings: JSON.parse(text(row["settings"]))
    }))
  }

  /** Whose an app is or was; null where there never was one. */
  teamOf(app: string): string | null {
    return textOrNull(this.database.get("select team from apps where id = ?", app)?.["team"])
  }

  /** Whether an app of that name was ever there. */
  wasThere(team: string, env: string, name: string): boolean {
    const sql = "select 1 from apps where team = ? and env = ? and name = ?"
    return this.database.get(sql, team, env, name) !== null
  }

  saveRevision(revision: StoredRevision): void {
    this.database.run(
      `insert into revisions (id, app, spec, files, said, folder, state, created_ms) values (?, ?, ?, ?, ?, ?, ?, ?)
        on conflict (id) do update set state = excluded.state`,
      revision.id,
      revision.app,
      JSON.stringify(revision.spec),
      JSON.stringify(revision.files),
      JSON.stringify(revision.said),
      revision.folder,
      revision.state,
      revision.createdAtMs
    )
  }

  deleteRevision(id: string): void {
    this.database.run("update revisions set deleted = 1 where id = ?", id)
  }

  /** Oldest first. */
  revisions(app: string, are: "there" | "deleted" = "there"): ReadonlyArray<StoredRevision> {
    const sql = "select * from revisions where app = ? and deleted = ? order by created_ms, rowid"
    return this.database.all(sql, app, are === "deleted" ? 1 : 0).map(revisionOf)
  }
}

const revisionOf = (row: NonNullable<ReturnType<Database["get"]>>): StoredRevision => ({
  id: text(row["id"]),
  app: text(row["app"]),
  spec: JSON.parse(text(row["spec"])),
  files: JSON.parse(text(row["files"])),
  said: JSON.parse(text(row["said"])),
  folder: text(row["folder"]),
  state: text(row["state"]) as StoredRevision["state"],
  createdAtMs: Number(row["created_ms"])
})

export class Catalog extends Context.Service<Catalog, CatalogStore>()("@ebb/runtime/store/Catalog") {
  static readonly layer = Layer.effect(
    Catalog,
    Effect.map(Sqlite, (database) => new CatalogStore(database))
  )
}

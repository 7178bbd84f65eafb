import { Context, Effect, Layer } from "effect"
import { type Database, Sqlite } from "./Database.ts"

/** So many go at once, with the files of their specs. */
const atOnce = 100

/** What was deleted stays on disk for as long as something that is kept names it. */
export class DeletedStore {
  private readonly database: Database

  constructor(database: Database) {
    this.database = database
  }

  /** Forgets some revisions that are listed no more and that no remembered runner is of; false when there are none. */
  forgetRevisions(): boolean {
    const gone = `select id from revisions
      where (deleted = 1 or app in (select id from apps where deleted = 1))
      and id not in (select revision from past_runners) limit ${atOnce}`
    return this.database.run(`delete from revisions where id in (${gone})`) > 0
  }

  /**
   * Forgets the deleted apps of earlier runs that no request, no row of the ledger and no runner names: it looks at all of
   * them, so this is for a start. The last of one place stays where its name is asked for later.
   */
  forgetApps(...[team, env, name]: readonly [team: string, env: string, name: string]): void {
    const last = "select max(rowid) from apps where team = ? and env = ? and name = ?"
    const named = ["requests", "revisions", "past_runners"].map((table) => `id not in (select app from ${table})`)
    const gone = ["deleted = 1", ...named, "id not in (select id from ledger_apps)", `rowid is not (${last})`]
    this.database.run(`delete from apps where ${gone.join(" and ")}`, team, env, name)
  }
}

export class Deleted extends Context.Service<Deleted, DeletedStore>()("@ebb/runtime/store/Deleted") {
  static readonly layer = Layer.effect(
    Deleted,
    Effect.map(Sqlite, (database) => new DeletedStore(database))
  )
}

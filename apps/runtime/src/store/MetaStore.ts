import { Context, Effect, Layer } from "effect"
import { type Database, Sqlite, textOrNull } from "./Database.ts"

/** Single values of the sandbox by their name. */
export class MetaStore {
  private readonly database: Database

  constructor(database: Database) {
    this.database = database
  }

  get(key: string): string | null {
    return textOrNull(this.database.get("select value from meta where key = ?", key)?.["value"])
  }

  set(key: string, value: string): void {
    const sql = "insert into meta (key, value) values (?, ?) on conflict (key) do update set value = excluded.value"
    this.database.run(sql, key, value)
  }
}

export class Meta extends Context.Service<Meta, MetaStore>()("@ebb/runtime/store/Meta") {
  static readonly layer = Layer.effect(
    Meta,
    Effect.map(Sqlite, (database) => new MetaStore(database))
  )
}

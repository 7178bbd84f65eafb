import { type Database, textOrNull } from "./Database.ts"

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

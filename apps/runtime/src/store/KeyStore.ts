import { Context, Effect, Layer } from "effect"
import { timingSafeEqual } from "node:crypto"
import { bytesOrNull, type Database, Sqlite, text } from "./Database.ts"
import { newSecret, sha256 } from "./Hashes.ts"

export type Scope = "ADMIN" | "API"

export interface StoredKey {
  readonly id: string
  readonly team: string
  readonly scope: Scope
  readonly description: string
  readonly createdAtMs: number
}

const keyOf = (row: NonNullable<ReturnType<Database["get"]>>): StoredKey => ({
  id: text(row["id"]),
  team: text(row["team"]),
  scope: text(row["scope"]) as Scope,
  description: text(row["description"]),
  createdAtMs: Number(row["created_ms"])
})

/** The keys of teams; of a key's secret only the hash is kept. */
export class KeyStore {
  private readonly database: Database
  /** Counts up whenever keys are revoked: what was remembered of a key holds no longer. */
  revocations = 0

  constructor(database: Database) {
    this.database = database
  }

  /** A new key and its secret, which nobody can read again. `runner`: made for that runner, revoked at its end. */
  create(key: Omit<StoredKey, "id" | "createdAtMs">, runner: string | null = null): { id: string; secret: string } {
    const made = { id: crypto.randomUUID(), secret: newSecret(16) }
    const insert = () =>
      this.database.run(
        "insert into keys (id, hash, team, scope, description, runner, created_ms) values (?, ?, ?, ?, ?, ?, ?)",
        made.id,
        sha256(made.secret),
        key.team,
        key.scope,
        key.description,
        runner,
        Date.now()
      )
    // A runner starts in the middle of an input of the Fleet, which must not fail.
    if (runner === null) insert()
    else this.database.eventually(insert)
    return made
  }

  /** Oldest first, without those of runners. */
  ofTeam(team: string): ReadonlyArray<StoredKey> {
    const sql = "select * from keys where team = ? and runner is null order by created_ms, id"
    return this.database.all(sql, team).map(keyOf)
  }

  revoke(team: string, id: string): boolean {
    this.revocations++
    return this.database.run("delete from keys where team = ? and id = ?", team, id) === 1
  }

  /** The key of that runner, or of every runner with null. */
  revokeOfRunner(runner: string | null): void {
    this.revocations++
    if (runner === null) this.database.run("delete from keys where runner is not null")
    else this.database.eventually(() => this.database.run("delete from keys where runner = ?", runner))
  }

  /** Whose key that is, null where it is nobody's. */
  authenticate(id: string, given: string): StoredKey | null {
    const row = this.database.get("select * from keys where id = ?", id)
    const hash = bytesOrNull(row?.["hash"])
    if (row === null || hash === null || !timingSafeEqual(hash, sha256(given))) return null
    return keyOf(row)
  }

  isThere(id: string): boolean {
    return this.database.get("select 1 from keys where id = ?", id) !== null
  }
}

export class Keys extends Context.Service<Keys, KeyStore>()("@ebb/runtime/store/Keys") {
  static readonly layer = Layer.effect(
    Keys,
    Effect.map(Sqlite, (database) => new KeyStore(database))
  )
}

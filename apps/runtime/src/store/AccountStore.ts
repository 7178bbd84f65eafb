import { createHash, randomBytes, timingSafeEqual } from "node:crypto"
import { GuessLimit } from "../control/GuessLimit.ts"
import type { Principal } from "../control/Principal.ts"
import { Memo } from "../kernel/Memo.ts"
import { bytesOrNull, type Database, text, textOrNull } from "./Database.ts"

export type Scope = "ADMIN" | "API"

export interface Team {
  readonly name: string
  readonly userId: string
  readonly fullName: string
  readonly isPersonal: boolean
}

export interface StoredKey {
  readonly id: string
  readonly team: string
  readonly scope: Scope
  readonly description: string
  readonly createdAtMs: number
}

export interface Environment {
  readonly name: string
  readonly description: string
  readonly createdAtMs: number
}

const loginKey = "login_token_hash"

const sha256 = (value: string): Buffer => createHash("sha256").update(value).digest()

const secret = (bytes: number): string => randomBytes(bytes).toString("hex")

type Row = NonNullable<ReturnType<Database["get"]>>

const keyOf = (row: Row): StoredKey => ({
  id: text(row["id"]),
  team: text(row["team"]),
  scope: text(row["scope"]) as Scope,
  description: text(row["description"]),
  createdAtMs: Number(row["created_ms"])
})

const teamOf = (row: Row): Team => ({
  name: text(row["name"]),
  userId: text(row["user_id"]),
  fullName: text(row["full_name"]),
  isPersonal: row["is_personal"] === 1
})

/** Teams, their environments and their keys. A key's secret is kept as its hash only. */
export class AccountStore {
  private readonly database: Database
  /** By `Authorization` header, until a key is revoked. */
  readonly principals = new Memo<Principal>()
  readonly guesses = new GuessLimit(performance.now())

  constructor(database: Database) {
    this.database = database
  }

  createTeam(team: Team): void {
    const now = Date.now()
    this.database.transaction(() => {
      this.database.run(
        "insert into teams (name, user_id, full_name, is_personal, created_ms) values (?, ?, ?, ?, ?)",
        team.name,
        team.userId,
        team.fullName,
        team.isPersonal ? 1 : 0,
        now
      )
      this.database.run(
        "insert into environments (team, name, description, created_ms) values (?, 'main', '', ?)",
        team.name,
        now
      )
    })
  }

  teams(): ReadonlyArray<Team> {
    return this.database.all("select * from teams order by is_personal desc, name").map(teamOf)
  }

  team(name: string): Team | null {
    const row = this.database.get("select * from teams where lower(name) = lower(?)", name)
    return row === null ? null : teamOf(row)
  }

  environments(team: string): ReadonlyArray<Environment> {
    const rows = this.database.all("select * from environments where team = ? order by name <> 'main', name", team)
    return rows.map((row) => ({
      name: text(row["name"]),
      description: text(row["description"]),
      createdAtMs: Number(row["created_ms"])
    }))
  }

  createEnvironment(team: string, name: string, description: string): void {
    const sql = "insert into environments (team, name, description, created_ms) values (?, ?, ?, ?)"
    this.database.run(sql, team, name, description, Date.now())
  }

  deleteEnvironment(team: string, name: string): void {
    this.database.transaction(() => {
      this.database.run("delete from environments where team = ? and name = ?", team, name)
      this.database.run("delete from secrets where team = ? and env = ?", team, name)
    })
  }

  /** A new key and its secret, which nobody can read again. `runner`: made for that runner, revoked at its end. */
  createKey(key: Omit<StoredKey, "id" | "createdAtMs">, runner: string | null = null): { id: string; secret: string } {
    const made = { id: crypto.randomUUID(), secret: secret(16) }
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
    return made
  }

  keys(team: string): ReadonlyArray<StoredKey> {
    const sql = "select * from keys where team = ? and runner is null order by created_ms, id"
    return this.database.all(sql, team).map(keyOf)
  }

  revokeKey(team: string, id: string): boolean {
    this.principals.clear()
    return this.database.run("delete from keys where team = ? and id = ?", team, id) === 1
  }

  revokeRunnerKeys(runner: string | null): void {
    this.principals.clear()
    if (runner === null) this.database.run("delete from keys where runner is not null")
    else this.database.run("delete from keys where runner = ?", runner)
  }

  /** Whose key that is, null where it is nobody's. */
  authenticate(id: string, given: string): StoredKey | null {
    const row = this.database.get("select * from keys where id = ?", id)
    const hash = bytesOrNull(row?.["hash"])
    if (row === null || hash === null || !timingSafeEqual(hash, sha256(given))) return null
    return keyOf(row)
  }

  /** Whether what is called so may still act: a key that is not revoked, a login, a page. */
  isInUse(keyId: string): boolean {
    if (keyId === "login" || keyId === "page") return true
    return this.database.get("select 1 from keys where id = ?", keyId) !== null
  }

  hasLogin(): boolean {
    return this.meta(loginKey) !== null
  }

  /** The login token of the sandbox's one user, kept as its hash only. */
  setLogin(token: string): void {
    this.setMeta(loginKey, sha256(token).toString("hex"))
  }

  isLogin(token: string): boolean {
    const hash = this.meta(loginKey)
    return hash !== null && timingSafeEqual(Buffer.from(hash, "hex"), sha256(token))
  }

  /** A token that signs a browser in, kept as its hash only. */
  createSession(): string {
    const token = secret(32)
    this.database.run("insert into sessions (hash, created_ms) values (?, ?)", sha256(token), Date.now())
    return token
  }

  isSession(token: string): boolean {
    return this.database.get("select 1 from sessions where hash = ?", sha256(token)) !== null
  }

  meta(key: string): string | null {
    return textOrNull(this.database.get("select value from meta where key = ?", key)?.["value"])
  }

  setMeta(key: string, value: string): void {
    const sql = "insert into meta (key, value) values (?, ?) on conflict (key) do update set value = excluded.value"
    this.database.run(sql, key, value)
  }
}

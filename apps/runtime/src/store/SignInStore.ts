import { Context, Effect, Layer } from "effect"
import { timingSafeEqual } from "node:crypto"
import { limits } from "../edge/Limits.ts"
import { type Database, Sqlite } from "./Database.ts"
import { newSecret, sha256 } from "./Hashes.ts"
import { MetaStore } from "./MetaStore.ts"

const loginKey = "login_token_hash"
const idKey = "sandbox_id"

/** The login token of the sandbox's one user and the sessions of browsers, each kept as its hash only. */
export class SignInStore {
  private readonly database: Database
  private readonly meta: MetaStore

  constructor(database: Database) {
    this.database = database
    this.meta = new MetaStore(database)
  }

  /** What tells this sandbox from the others of the machine, from start to start. */
  sandboxId(): string {
    const id = this.meta.get(idKey) ?? crypto.randomUUID().replaceAll("-", "").slice(0, 16)
    this.meta.set(idKey, id)
    return id
  }

  hasLogin(): boolean {
    return this.meta.get(loginKey) !== null
  }

  setLogin(token: string): void {
    this.meta.set(loginKey, sha256(token).toString("hex"))
  }

  isLogin(token: string): boolean {
    const hash = this.meta.get(loginKey)
    return hash !== null && timingSafeEqual(Buffer.from(hash, "hex"), sha256(token))
  }

  /** A token that signs a browser in. */
  createSession(): string {
    const token = newSecret(32)
    this.database.transaction(() => {
      this.database.run("insert into sessions (hash, created_ms) values (?, ?)", sha256(token), Date.now())
      const beyond = "select rowid from sessions order by rowid desc limit 1 offset ?"
      this.database.run(`delete from sessions where rowid <= (${beyond})`, limits.sessions)
    })
    return token
  }

  isSession(token: string): boolean {
    return this.database.get("select 1 from sessions where hash = ?", sha256(token)) !== null
  }
}

export class SignIns extends Context.Service<SignIns, SignInStore>()("@ebb/runtime/store/SignIns") {
  static readonly layer = Layer.effect(
    SignIns,
    Effect.map(Sqlite, (database) => new SignInStore(database))
  )
}

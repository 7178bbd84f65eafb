import { Context, Effect, Layer } from "effect"
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto"
import { bytesOrNull, type Database, Sqlite, text } from "./Database.ts"
import { DamagedData } from "./DamagedData.ts"
import { type DataDirectory, Directory } from "./DataDirectory.ts"

export interface SecretRow {
  readonly name: string
  readonly env: string
  readonly isExposed: boolean | null
  readonly createdAtMs: number
}

const ivLength = 12
const tagLength = 16

/** Secrets, encrypted (AES-256-GCM) under a key that lies in a file of its own; bound to their place by the name. */
export class SecretStore {
  private readonly database: Database
  private readonly key: Uint8Array

  constructor(database: Database, key: Uint8Array) {
    this.database = database
    this.key = key
  }

  private seal(value: string, place: string): Uint8Array {
    const iv = randomBytes(ivLength)
    const cipher = createCipheriv("aes-256-gcm", this.key, iv).setAAD(Buffer.from(place))
    return Buffer.concat([iv, cipher.update(value, "utf8"), cipher.final(), cipher.getAuthTag()])
  }

  private open(sealed: Uint8Array, place: string): string {
    const decipher = createDecipheriv("aes-256-gcm", this.key, sealed.subarray(0, ivLength))
    decipher.setAAD(Buffer.from(place)).setAuthTag(sealed.subarray(sealed.length - tagLength))
    const body = sealed.subarray(ivLength, sealed.length - tagLength)
    return Buffer.concat([decipher.update(body), decipher.final()]).toString("utf8")
  }

  set(team: string, env: string, name: string, value: string, isExposed: boolean | null): void {
    this.database.run(
      `insert into secrets (team, env, name, value, default_exposed, created_ms) values (?, ?, ?, ?, ?, ?)
        on conflict (team, env, name) do update set value = excluded.value, default_exposed = excluded.default_exposed,
        created_ms = excluded.created_ms`,
      team,
      env,
      name,
      this.seal(value, `${team}/${env}/${name}`),
      isExposed === null ? null : isExposed ? 1 : 0,
      Date.now()
    )
  }

  unset(team: string, env: string, name: string): boolean {
    return this.database.run("delete from secrets where team = ? and env = ? and name = ?", team, env, name) === 1
  }

  /** Of one environment, or of all with null. */
  list(team: string, env: string | null): ReadonlyArray<SecretRow> {
    const sql = "select * from secrets where team = ? and (? is null or env = ?) order by env <> 'main', env, name"
    return this.database.all(sql, team, env, env).map((row) => ({
      name: text(row["name"]),
      env: text(row["env"]),
      isExposed: row["default_exposed"] === null ? null : row["default_exposed"] === 1,
      createdAtMs: Number(row["created_ms"])
    }))
  }

  /** The variables that a runner started now sees: those named, else all but the unexposed (platform rule 10). */
  visible(team: string, env: string, names: ReadonlyArray<string> | null): Record<string, string> {
    const rows = this.database.all("select * from secrets where team = ? and env = ?", team, env)
    const seen = rows.filter((row) =>
      names === null ? row["default_exposed"] !== 0 : names.includes(text(row["name"]))
    )
    const pairs = seen.map((row) => {
      const name = text(row["name"])
      return [name, this.open(bytesOrNull(row["value"])!, `${team}/${env}/${name}`)] as const
    })
    return Object.fromEntries(pairs)
  }
}

const keyOf = (database: Database, directory: DataDirectory): Uint8Array => {
  const key = directory.secretKey.read()
  if (key !== null) return key
  const count = Number(database.get("select count(*) as count from secrets")?.["count"])
  if (count === 0) return directory.secretKey.make()
  throw new DamagedData({
    path: directory.secretKey.file,
    problem: `is missing or damaged, and ${count} secrets are encrypted with it`,
    help: `Bring it back. Without it they are lost: move ${directory.path} away and start anew`
  })
}

/** The key of this data directory's secrets and tokens. */
export class SecretKey extends Context.Service<SecretKey, Uint8Array>()("@ebb/runtime/store/SecretKey") {
  static readonly layer = Layer.effect(
    SecretKey,
    Effect.flatMap(Effect.all([Sqlite, Directory]), ([database, directory]) =>
      Effect.try({ try: () => keyOf(database, directory), catch: (error) => error })
    )
  )
}

export class Secrets extends Context.Service<Secrets, SecretStore>()("@ebb/runtime/store/Secrets") {
  static readonly layer = Layer.effect(
    Secrets,
    Effect.zipWith(Sqlite, SecretKey, (database, key) => new SecretStore(database, key))
  )
}

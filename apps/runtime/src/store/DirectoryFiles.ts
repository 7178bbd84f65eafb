import { Schema } from "effect"
import { randomBytes } from "node:crypto"
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as KeyFile from "./KeyFile.ts"

/** A running sandbox, as its data directory says. */
export const Running = Schema.Struct({
  pid: Schema.Int,
  url: Schema.String,
  grpc: Schema.String,
  version: Schema.String,
  tlsUrl: Schema.optionalKey(Schema.String)
})
export type Running = typeof Running.Type

const decodeRunning = Schema.decodeUnknownSync(Schema.fromJsonString(Running))

const secretKeyBytes = 32

/** The keys of teams for ebb's own commands, `ID:SECRET`, readable by the owner alone. */
export class TeamKeys {
  private readonly path: string

  constructor(path: string) {
    this.path = path
  }

  file(team: string): string {
    return team === "local" ? join(this.path, "admin.key") : join(this.path, "keys", `${team}.key`)
  }

  read(team: string): string | null {
    return KeyFile.read(this.file(team))
  }

  write(team: string, key: string): void {
    writeFileSync(this.file(team), `${key}\n`, { mode: 0o600 })
  }

  remove(team: string): void {
    rmSync(this.file(team), { force: true })
  }
}

/** The login token, where clients look for it. */
export class LoginFile {
  /** The home directory of a client that is signed in with it. */
  readonly folder: string
  readonly file: string

  constructor(path: string) {
    this.folder = join(path, "login")
    this.file = join(this.folder, "auth0_token")
  }

  /** Refresh token first, access token second (docs/wire.md). */
  write(token: string): void {
    mkdirSync(this.folder, { recursive: true, mode: 0o700 })
    writeFileSync(this.file, `sandbox\n${token}\n`, { mode: 0o600 })
  }

  /** Null where its file is missing or damaged. */
  read(): string | null {
    try {
      const [, token = ""] = readFileSync(this.file, "utf8").split("\n")
      return token === "" ? null : token
    } catch {
      return null
    }
  }
}

/** The key under which secrets are encrypted. */
export class SecretKeyFile {
  readonly file: string

  constructor(path: string) {
    this.file = join(path, "secret.key")
  }

  /** Null where it is missing or damaged. */
  read(): Uint8Array | null {
    if (!existsSync(this.file)) return null
    const text = readFileSync(this.file, "utf8").trim()
    return /^[\da-f]{64}$/.test(text) ? Buffer.from(text, "hex") : null
  }

  make(): Uint8Array {
    const key = randomBytes(secretKeyBytes)
    writeFileSync(this.file, key.toString("hex"), { mode: 0o600 })
    return key
  }
}

/** Where the sandbox of the directory is reached, while it runs. */
export class RunningRecord {
  private readonly file: string

  constructor(path: string) {
    this.file = join(path, "sandbox.json")
  }

  write(running: Running): void {
    writeFileSync(this.file, `${JSON.stringify(running)}\n`)
  }

  /** Null without one. Whether that process still lives is another question. */
  read(): Running | null {
    try {
      return decodeRunning(readFileSync(this.file, "utf8"))
    } catch {
      return null
    }
  }

  clear(): void {
    rmSync(this.file, { force: true })
  }
}

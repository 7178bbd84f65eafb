import { Context, Effect, Layer, Schema } from "effect"
import { randomBytes } from "node:crypto"
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"

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

/** The folder that holds all that a sandbox keeps: docs/architecture.md lists its files. */
export class DataDirectory {
  readonly path: string

  constructor(path: string) {
    this.path = path
  }

  create(): void {
    mkdirSync(join(this.path, "keys"), { recursive: true, mode: 0o700 })
    mkdirSync(join(this.path, "journal"), { recursive: true })
  }

  get database(): string {
    return join(this.path, "ebb.sqlite")
  }

  file(...names: ReadonlyArray<string>): string {
    return join(this.path, ...names)
  }

  /** The key of a team, `ID:SECRET`, readable by the owner alone. */
  keyFile(team: string): string {
    return team === "local" ? join(this.path, "admin.key") : join(this.path, "keys", `${team}.key`)
  }

  writeKey(team: string, key: string): void {
    writeFileSync(this.keyFile(team), `${key}\n`, { mode: 0o600 })
  }

  readKey(team: string): string | null {
    const file = this.keyFile(team)
    return existsSync(file) ? readFileSync(file, "utf8").trim() : null
  }

  /** The home directory of a client that is signed in with the sandbox's login token. */
  get loginFolder(): string {
    return join(this.path, "login")
  }

  /** The local certificate authority and the certificate of the sandbox. */
  get tlsFolder(): string {
    return join(this.path, "tls")
  }

  /** Writes the token where clients look for it: refresh token first, access token second (docs/wire.md). */
  writeLogin(token: string): void {
    mkdirSync(this.loginFolder, { recursive: true, mode: 0o700 })
    writeFileSync(join(this.loginFolder, "auth0_token"), `sandbox\n${token}\n`, { mode: 0o600 })
  }

  /** The key under which secrets are encrypted; made on first use. */
  secretKey(): Uint8Array {
    const file = join(this.path, "secret.key")
    if (!existsSync(file)) writeFileSync(file, randomBytes(32).toString("hex"), { mode: 0o600 })
    return Buffer.from(readFileSync(file, "utf8").trim(), "hex")
  }

  writeRunning(running: Running): void {
    writeFileSync(join(this.path, "sandbox.json"), `${JSON.stringify(running)}\n`)
  }

  /** What `sandbox.json` says; null without one. Whether that process still lives is another question. */
  running(): Running | null {
    try {
      return decodeRunning(readFileSync(join(this.path, "sandbox.json"), "utf8"))
    } catch {
      return null
    }
  }

  clearRunning(): void {
    rmSync(join(this.path, "sandbox.json"), { force: true })
  }
}

/** The data directory, there to be written to. */
export class Directory extends Context.Service<Directory, DataDirectory>()("@ebb/runtime/store/Directory") {
  static readonly layer = (path: string) =>
    Layer.effect(
      Directory,
      Effect.try({
        try: () => {
          const directory = new DataDirectory(path)
          directory.create()
          return directory
        },
        catch: (error) => error
      })
    )
}

/** Says in the data directory where its sandbox is reached, for as long as it runs. */
export class RunningFile extends Context.Service<RunningFile, (running: Running) => void>()(
  "@ebb/runtime/store/RunningFile"
) {
  static readonly layer = Layer.effect(
    RunningFile,
    Effect.flatMap(Directory, (directory) =>
      Effect.acquireRelease(
        Effect.succeed((running: Running) => directory.writeRunning(running)),
        () => Effect.sync(() => directory.clearRunning())
      )
    )
  )
}

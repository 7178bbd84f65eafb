import { Context, Effect, Layer, Schema } from "effect"
import { randomBytes } from "node:crypto"
import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync
} from "node:fs"
import { join } from "node:path"
import { DamagedData } from "./DamagedData.ts"
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

/** A folder (0700) or a file (0600) for its owner alone, made where it is missing. */
const makePrivate = (path: string, mode: 0o700 | 0o600): void => {
  if (mode === 0o700) mkdirSync(path, { recursive: true, mode })
  else closeSync(openSync(path, "a", mode))
  chmodSync(path, mode)
}

/** The folder that holds all that a sandbox keeps: docs/architecture.md lists its files. */
export class DataDirectory {
  readonly path: string

  constructor(path: string) {
    this.path = path
  }

  /** Makes what is missing; whatever was there before is for its owner alone from here on. */
  create(): void {
    for (const folder of ["", "keys", "journal"]) makePrivate(join(this.path, folder), 0o700)
    accessSync(this.path, constants.W_OK)
    this.refuseCutOff()
    makePrivate(this.database, 0o600)
  }

  /** A database without a byte, beside a key that it had given out, must not pass for a new one. */
  private refuseCutOff(): void {
    const { database: path } = this
    if (statSync(path, { throwIfNoEntry: false })?.size !== 0 || this.readKey("local") === null) return
    const help = "Bring back a copy of it, or move it and its -wal file away to start anew"
    throw new DamagedData({ path, problem: "is empty, though there was something in it", help })
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
    return KeyFile.read(this.keyFile(team))
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

  /** The login token; null where its file is missing or damaged. */
  readLogin(): string | null {
    try {
      const [, token = ""] = readFileSync(join(this.loginFolder, "auth0_token"), "utf8").split("\n")
      return token === "" ? null : token
    } catch {
      return null
    }
  }

  get secretKeyFile(): string {
    return join(this.path, "secret.key")
  }

  /** The key under which secrets are encrypted; null where it is missing or damaged. */
  readSecretKey(): Uint8Array | null {
    if (!existsSync(this.secretKeyFile)) return null
    const text = readFileSync(this.secretKeyFile, "utf8").trim()
    return /^[\da-f]{64}$/.test(text) ? Buffer.from(text, "hex") : null
  }

  makeSecretKey(): Uint8Array {
    const key = randomBytes(secretKeyBytes)
    writeFileSync(this.secretKeyFile, key.toString("hex"), { mode: 0o600 })
    return key
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

import { Context, Effect, Layer } from "effect"
import { accessSync, chmodSync, closeSync, constants, mkdirSync, openSync, statSync } from "node:fs"
import { join } from "node:path"
import { DamagedData } from "./DamagedData.ts"
import { LoginFile, type Running, RunningRecord, SecretKeyFile, TeamKeys } from "./DirectoryFiles.ts"

/** A folder (0700) or a file (0600) for its owner alone, made where it is missing. */
const makePrivate = (path: string, mode: 0o700 | 0o600): void => {
  if (mode === 0o700) mkdirSync(path, { recursive: true, mode })
  else closeSync(openSync(path, "a", mode))
  chmodSync(path, mode)
}

/** The folder that holds all that a sandbox keeps: docs/architecture.md lists its files. */
export class DataDirectory {
  readonly path: string
  readonly teamKeys: TeamKeys
  readonly login: LoginFile
  readonly secretKey: SecretKeyFile
  readonly running: RunningRecord

  constructor(path: string) {
    this.path = path
    this.teamKeys = new TeamKeys(path)
    this.login = new LoginFile(path)
    this.secretKey = new SecretKeyFile(path)
    this.running = new RunningRecord(path)
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
    if (statSync(path, { throwIfNoEntry: false })?.size !== 0 || this.teamKeys.read("local") === null) return
    const help = "Bring back a copy of it, or move it and its -wal file away to start anew"
    throw new DamagedData({ path, problem: "is empty, though there was something in it", help })
  }

  get database(): string {
    return join(this.path, "ebb.sqlite")
  }

  file(...names: ReadonlyArray<string>): string {
    return join(this.path, ...names)
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
        Effect.succeed((running: Running) => directory.running.write(running)),
        () => Effect.sync(() => directory.running.clear())
      )
    )
  )
}

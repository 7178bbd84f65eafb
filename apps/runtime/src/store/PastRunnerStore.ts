import type { LogLine } from "@ebb/protocol/rest/Shapes"
import { Context, Effect, Layer } from "effect"
import { type Database, numberOrNull, Sqlite, text } from "./Database.ts"

/** A runner as it is known after a restart; times in wall milliseconds since the epoch. */
export interface PastRunner {
  readonly id: string
  readonly app: string
  readonly revision: string
  readonly createdAtMs: number
  readonly beganAtMs: number | null
  readonly readyAtMs: number | null
  /** When it came to each state in which it does not serve: state and time by turns. */
  readonly moments: ReadonlyArray<number>
  /** Null while it lives. */
  readonly endedAtMs: number | null
  readonly machineType: string
  readonly replaced: boolean
}

/** Runners of the last day, with what they printed until they ended. */
export class PastRunnerStore {
  private readonly database: Database

  constructor(database: Database) {
    this.database = database
  }

  save(runner: PastRunner, logs: ReadonlyArray<LogLine>): void {
    this.database.run(
      `insert or replace into past_runners
        (id, app, revision, created_ms, began_ms, ready_ms, moments, ended_ms, machine_type, replaced, logs)
        values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      runner.id,
      runner.app,
      runner.revision,
      runner.createdAtMs,
      runner.beganAtMs,
      runner.readyAtMs,
      JSON.stringify(runner.moments),
      runner.endedAtMs,
      runner.machineType,
      Number(runner.replaced),
      JSON.stringify(logs)
    )
  }

  /** In order of their creation. */
  all(): ReadonlyArray<PastRunner> {
    return this.database.all("select * from past_runners order by created_ms, rowid").map((row) => ({
      id: text(row["id"]),
      app: text(row["app"]),
      revision: text(row["revision"]),
      createdAtMs: Number(row["created_ms"]),
      beganAtMs: numberOrNull(row["began_ms"]),
      readyAtMs: numberOrNull(row["ready_ms"]),
      moments: JSON.parse(text(row["moments"])),
      endedAtMs: numberOrNull(row["ended_ms"]),
      machineType: text(row["machine_type"]),
      replaced: row["replaced"] === 1
    }))
  }

  logs(id: string): ReadonlyArray<LogLine> {
    return JSON.parse(text(this.database.get("select logs from past_runners where id = ?", id)?.["logs"] ?? "[]"))
  }

  forget(ids: ReadonlyArray<string>): void {
    for (const id of ids) this.database.run("delete from past_runners where id = ?", id)
  }

  forgetLogs(ids: ReadonlyArray<string>): void {
    for (const id of ids) this.database.run("update past_runners set logs = '[]' where id = ?", id)
  }
}

export class PastRunners extends Context.Service<PastRunners, PastRunnerStore>()("@ebb/runtime/store/PastRunners") {
  static readonly layer = Layer.effect(
    PastRunners,
    Effect.map(Sqlite, (database) => new PastRunnerStore(database))
  )
}

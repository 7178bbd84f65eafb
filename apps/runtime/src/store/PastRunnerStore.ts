import type { LogLine } from "@ebb/protocol/rest/Shapes"
import { Context, Effect, Layer } from "effect"
import { limits } from "../edge/Limits.ts"
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

/** One with what it printed. */
export type PastRow = [runner: PastRunner, logs: ReadonlyArray<LogLine>]

/** Runners of the last day, with what they printed until they ended. */
export class PastRunnerStore {
  private readonly database: Database
  /** For a disk that refuses, by their ids. */
  private readonly waiting = new Map<string, PastRow>()

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

  /** Once the disk takes them: until then the newest of each waits, and as many as are kept. */
  saveEventually(rows: ReadonlyArray<PastRow>): void {
    if (rows.length === 0) return
    const isAwaited = this.waiting.size > 0
    for (const row of rows) {
      this.waiting.delete(row[0].id)
      this.waiting.set(row[0].id, row)
    }
    for (const id of this.waiting.keys()) if (this.waiting.size > limits.endedRunners) this.waiting.delete(id)
    if (isAwaited) return
    this.database.eventually(() => {
      this.database.transaction(() => this.waiting.forEach((row) => this.save(...row)))
      this.waiting.clear()
    })
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

  /** Whether it is known to have ended. */
  hasEnded(id: string): boolean {
    return this.database.get("select 1 from past_runners where id = ? and ended_ms is not null", id) !== null
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

import { limits } from "../edge/Limits.ts"
import { RolloutReport } from "@ebb/core/domain/RolloutReport"
import { RolloutSummary } from "@ebb/protocol/rest/Shapes"
import { Context, Effect, Layer, Schema } from "effect"
import { type Database, Sqlite, text } from "./Database.ts"

/** A rollout as it was last written down; `number` is its own over all runs of the sandbox. */
export interface StoredRollout {
  readonly number: number
  readonly team: string
  readonly env: string
  readonly app: string
  readonly startedAtMs: number
  readonly summary: RolloutSummary
  readonly report: RolloutReport
}

export type ListedRollout = Pick<StoredRollout, "number" | "env" | "app" | "summary">

const readSummary = Schema.decodeUnknownSync(Schema.fromJsonString(RolloutSummary))
const readReport = Schema.decodeUnknownSync(Schema.fromJsonString(RolloutReport))

/** Rollouts and their reports, the newest thousand. */
export class RolloutStore {
  private readonly database: Database

  constructor(database: Database) {
    this.database = database
  }

  save(rollout: StoredRollout): void {
    this.write(rollout, JSON.stringify(rollout.report))
  }

  /** With its report as the text that it is kept as. */
  write(rollout: Omit<StoredRollout, "report">, report: string): void {
    this.database.transaction(() => {
      this.database.run(
        `insert into rollouts (id, team, env, app, state, started_ms, summary, report) values (?, ?, ?, ?, ?, ?, ?, ?)
          on conflict (id) do update set state = excluded.state, summary = excluded.summary, report = excluded.report`,
        rollout.number,
        rollout.team,
        rollout.env,
        rollout.app,
        rollout.summary.state,
        rollout.startedAtMs,
        JSON.stringify(rollout.summary),
        report
      )
      this.database.run("delete from rollouts where id <= ?", rollout.number - limits.rollouts)
    })
  }

  /** These are about to be killed, all of them; `atMs` is Fleet time. */
  escalate(numbers: ReadonlyArray<number>, atMs: number, wallMs: number): void {
    const sql = `update rollouts set summary = json_set(summary, '$.escalatedAt', ?),
      report = json_set(report, '$.escalatedAtMs', ?) where id in (select value from json_each(?))`
    this.database.run(sql, new Date(wallMs).toISOString(), atMs, JSON.stringify(numbers))
  }

  /** The greatest number given so far, 0 without any. */
  last(): number {
    return Number(this.database.get("select max(id) as last from rollouts")?.["last"] ?? 0)
  }

  /** Newest first, without their reports. */
  list(team: string): ReadonlyArray<ListedRollout> {
    const sql = "select id, env, app, summary from rollouts where team = ? order by id desc"
    return this.database.all(sql, team).map((row) => ({
      number: Number(row["id"]),
      env: text(row["env"]),
      app: text(row["app"]),
      summary: readSummary(text(row["summary"]))
    }))
  }

  /** By its number, or the newest. */
  find(team: string, number: number | "last"): StoredRollout | null {
    const sql = "select * from rollouts where team = ? and (? is null or id = ?) order by id desc limit 1"
    const id = number === "last" ? null : number
    const row = this.database.get(sql, team, id, id)
    return row === null ? null : fromRow(row)
  }

  running(): ReadonlyArray<StoredRollout> {
    return this.database.all("select * from rollouts where state = 'running'").map(fromRow)
  }
}

const fromRow = (row: NonNullable<ReturnType<Database["get"]>>): StoredRollout => ({
  number: Number(row["id"]),
  team: text(row["team"]),
  env: text(row["env"]),
  app: text(row["app"]),
  startedAtMs: Number(row["started_ms"]),
  summary: readSummary(text(row["summary"])),
  report: readReport(text(row["report"]))
})

export class RolloutArchive extends Context.Service<RolloutArchive, RolloutStore>()(
  "@ebb/runtime/store/RolloutArchive"
) {
  static readonly layer = Layer.effect(
    RolloutArchive,
    Effect.map(Sqlite, (database) => new RolloutStore(database))
  )
}

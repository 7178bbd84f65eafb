import { Context, Effect, Layer, Schema } from "effect"
import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite"
import * as Disk from "../edge/Disk.ts"
import { DamagedData } from "./DamagedData.ts"
import { type DataDirectory, Directory } from "./DataDirectory.ts"
import { migrations } from "./Migrations.ts"

/** Another process holds the database. */
export class DatabaseLocked extends Schema.TaggedError<DatabaseLocked>()("DatabaseLocked", { path: Schema.String }) {
  override get message(): string {
    return `${this.path} is in use by another process`
  }
}

/** The database was written by a later version of ebb. */
export class DatabaseTooNew extends Schema.TaggedError<DatabaseTooNew>()("DatabaseTooNew", {
  path: Schema.String,
  version: Schema.Int
}) {
  override get message(): string {
    return `${this.path} was written by a later version of ebb (its schema is ${this.version}, ours ${migrations.length})`
  }
}

export type Value = SQLInputValue
type Row = Readonly<Record<string, Value>>

const owedEveryMs = 1000

const notADatabase = 26
const corrupt = 11

const help = "Bring back a copy of it, or move it and its -wal file away to start anew"

/** What the system says of a database whose bytes are not SQLite's, in words; any other error as it is. */
export const damaged = (path: string, error: unknown): unknown => {
  const code = error instanceof Error && "errcode" in error ? Number(error.errcode) & 0xff : 0
  if (code !== notADatabase && code !== corrupt) return error
  return new DamagedData({ path, problem: "is damaged, or no database of ebb", help })
}

/** SQLite on disk, held by this process alone; what was committed survives the process. */
export class Database {
  private readonly sqlite: DatabaseSync
  private readonly statements = new Map<string, StatementSync>()
  private isInTransaction = false
  private readonly afterwards: Array<() => void> = []
  private readonly undone: Array<() => void> = []
  /** What the disk did not take so far. */
  private readonly owed: Array<() => void> = []
  private timer: ReturnType<typeof setTimeout> | null = null

  /** Throws {@link DatabaseLocked} or {@link DatabaseTooNew}. */
  constructor(path: string) {
    this.sqlite = new DatabaseSync(path)
    try {
      this.sqlite.exec("pragma locking_mode = exclusive; pragma journal_mode = wal; pragma synchronous = normal;")
      this.sqlite.exec("begin immediate; commit;")
    } catch (error) {
      this.sqlite.close()
      if (String(error).includes("locked") || String(error).includes("busy")) throw new DatabaseLocked({ path })
      throw damaged(path, error)
    }
    try {
      this.migrate(path)
    } catch (error) {
      this.close()
      throw damaged(path, error)
    }
  }

  private migrate(path: string): void {
    const version = Number(this.get("pragma user_version")?.["user_version"] ?? 0)
    if (version > migrations.length) throw new DatabaseTooNew({ path, version })
    for (let next = version; next < migrations.length; next++) {
      this.transaction(() => this.sqlite.exec(`${migrations[next]} pragma user_version = ${next + 1};`))
    }
  }

  private prepared(sql: string): StatementSync {
    let statement = this.statements.get(sql)
    if (statement === undefined) this.statements.set(sql, (statement = this.sqlite.prepare(sql)))
    return statement
  }

  /** Runs a statement: how many rows it changed. */
  run(sql: string, ...values: ReadonlyArray<Value>): number {
    return Number(this.prepared(sql).run(...values).changes)
  }

  get(sql: string, ...values: ReadonlyArray<Value>): Row | null {
    return (this.prepared(sql).get(...values) as Row | undefined) ?? null
  }

  all(sql: string, ...values: ReadonlyArray<Value>): ReadonlyArray<Row> {
    return this.prepared(sql).all(...values) as ReadonlyArray<Row>
  }

  /** All of it or nothing; one inside another is part of it. */
  transaction<A>(run: () => A): A {
    if (this.isInTransaction) return run()
    const committed = this.whole(run)
    const after = this.afterwards.splice(0)
    for (const each of after) each()
    return committed
  }

  private whole<A>(run: () => A): A {
    this.sqlite.exec("begin immediate")
    this.isInTransaction = true
    try {
      const result = run()
      this.sqlite.exec("commit")
      this.undone.length = 0
      return result
    } catch (error) {
      this.afterwards.length = 0
      for (const each of this.undone.splice(0)) each()
      // A full disk has ended the transaction by itself.
      if (this.sqlite.isTransaction) this.sqlite.exec("rollback")
      throw error
    } finally {
      this.isInTransaction = false
    }
  }

  /** To be done once the transaction that this is part of is on disk. */
  afterCommit(run: () => void): void {
    if (this.isInTransaction) this.afterwards.push(run)
    else run()
  }

  /** To be done if the transaction that this is part of leaves nothing. */
  afterRollback(run: () => void): void {
    if (this.isInTransaction) this.undone.push(run)
  }

  /**
   * Writes down what has happened whether or not the disk takes it now: where it refuses, again and again in this order
   * until it does. To be called outside of transactions.
   */
  eventually(write: () => void): void {
    this.owed.push(write)
    if (this.timer === null) this.writeOwed()
  }

  private writeOwed(): void {
    this.timer = null
    try {
      for (let [next] = this.owed; next !== undefined; [next] = this.owed) {
        next()
        this.owed.shift()
      }
      Disk.note(null)
    } catch (error) {
      const problem = Disk.problemOf(error)
      if (problem === null) {
        this.owed.shift()
        throw error
      }
      Disk.note(problem)
      this.timer = setTimeout(() => this.writeOwed(), owedEveryMs)
    }
  }

  close(): void {
    if (this.timer !== null) clearTimeout(this.timer)
    if (this.owed.length > 0) this.writeOwed()
    if (this.timer !== null) clearTimeout(this.timer)
    this.statements.clear()
    this.sqlite.close()
  }
}

const opened = ({ database: path }: DataDirectory) =>
  Effect.acquireRelease(Effect.try({ try: () => new Database(path), catch: (error) => error }), (database) =>
    Effect.sync(() => database.close())
  )

/** The database of the data directory; whoever has it open holds the directory. */
export class Sqlite extends Context.Service<Sqlite, Database>()("@ebb/runtime/store/Sqlite") {
  static readonly layer = Layer.effect(Sqlite, Effect.flatMap(Directory, opened))
}

export const text = (value: Value | undefined): string => String(value)
export const textOrNull = (value: Value | undefined): string | null =>
  value === null || value === undefined ? null : String(value)
export const bytesOrNull = (value: Value | undefined): Uint8Array | null => (value instanceof Uint8Array ? value : null)
export const numberOrNull = (value: Value | undefined): number | null =>
  value === null || value === undefined ? null : Number(value)

import type { Database } from "./Database.ts"

/** So many go at once, in a few milliseconds. */
const atOnce = 1000

const newest = "(select coalesce(max(seq), 0) from ledger)"

/**
 * Short numbers for ids that stand in many rows of the ledger. In memory are those that rows were lately written with. On
 * disk are those of all rows, each with a place in the ledger beyond which no row names it: null while it is in memory.
 */
export class LedgerNumbers {
  private readonly database: Database
  private readonly table: "ledger_apps" | "ledger_runners"
  /** Used since the last round of `tidy`, and before that. */
  private lately = new Map<string, number>()
  private earlier = new Map<string, number>()

  constructor(database: Database, table: "ledger_apps" | "ledger_runners") {
    this.database = database
    this.table = table
    // Those that were in memory when the sandbox ended.
    database.run(`update ${table} set last_seq = ${newest} where last_seq is null`)
  }

  /** How many are in memory. */
  get size(): number {
    return this.lately.size + this.earlier.size
  }

  /** Null where no row has it. */
  known(id: string): number | null {
    const number = this.lately.get(id) ?? this.earlier.get(id)
    if (number !== undefined) return number
    const row = this.database.get(`select number from ${this.table} where id = ?`, id)
    return row === null ? null : Number(row["number"])
  }

  /** That of a row about to be written; a new one for a new id. */
  of(id: string): number {
    return this.lately.get(id) ?? this.take(id)
  }

  private take(id: string): number {
    const number = this.earlier.get(id) ?? this.onDisk(id)
    this.earlier.delete(id)
    this.lately.set(id, number)
    return number
  }

  private onDisk(id: string): number {
    const sql = `insert into ${this.table} (id) values (?) on conflict (id) do update set last_seq = null returning number`
    const number = Number(this.database.get(sql, id)!["number"])
    this.database.afterRollback(() => this.lately.delete(id))
    return number
  }

  /**
   * Lets go of some of those that no row was written with for a while, and forgets some of those whose last row is gone.
   * To be called again and again, each minute, until it answers false.
   */
  tidy(): boolean {
    const isIdleLeft = this.database.transaction(() => this.letGo())
    return this.forget() || isIdleLeft
  }

  private letGo(): boolean {
    const sql = `update ${this.table} set last_seq = ${newest} where number = ?`
    const idle = [...this.earlier].slice(0, atOnce)
    const isMore = idle.length < this.earlier.size
    for (const [, number] of idle) this.database.run(sql, number)
    this.database.afterCommit(() => {
      for (const [id] of idle) this.earlier.delete(id)
      if (this.earlier.size > 0) return
      this.earlier = this.lately
      this.lately = new Map()
    })
    return isMore
  }

  private forget(): boolean {
    const gone = `select number from ${this.table} where last_seq < (select min(seq) from ledger) limit ${atOnce}`
    return this.database.run(`delete from ${this.table} where number in (${gone})`) === atOnce
  }
}

import { Context, Effect, Layer } from "effect"
import { type Database, Sqlite } from "./Database.ts"

/** What a row takes on disk beside what its caller and its runner said. */
const rowBytes = 512
const lengthOf = (...columns: ReadonlyArray<string>): string =>
  `(${[...columns.map((column) => `coalesce(length(${column}), 0)`), rowBytes].join(" + ")})`
/** In SQL: how many bytes a request takes, and how many with its answer. */
export const openLength = lengthOf("body", "headers")
export const payloadLength = lengthOf("body", "headers", "answer", "answer_headers")

/** How many bytes a request takes until it has an outcome; `headers` as they are kept. */
export const openBytesOf = (body: Uint8Array | null, headers: string): number =>
  (body?.length ?? 0) + headers.length + rowBytes

const forgottenAtOnce = 250

/** How many bytes queued requests and their answers take, and which of them go. */
export class PayloadStore {
  private readonly database: Database
  /** Of the payloads of all that have an outcome: added up once, then counted along. */
  settledBytes: number
  /** Of those that have none yet, without answers. */
  openBytes: number

  constructor(database: Database) {
    this.database = database
    const sql = `select coalesce(sum(${payloadLength}), 0) as bytes from requests where outcome is not null`
    this.settledBytes = Number(database.get(sql)?.["bytes"])
    const open = `select coalesce(sum(${openLength}), 0) as bytes from requests where outcome is null`
    this.openBytes = Number(database.get(open)?.["bytes"])
  }

  deleteAnswer(id: string): void {
    const row = this.database.get(
      "select coalesce(length(answer), 0) + coalesce(length(answer_headers), 0) as bytes from requests where id = ?",
      id
    )
    this.settledBytes -= Number(row?.["bytes"] ?? 0)
    this.database.run("update requests set answer_headers = null, answer = null, answer_deleted = 1 where id = ?", id)
  }

  /**
   * Forgets some of those settled before that wall time, and some of the oldest beyond so many bytes (docs/architecture.md);
   * false when there are none.
   */
  prune(beforeMs: number, bytesMax: number): boolean {
    const sql = `delete from requests where seq in
      (select seq from requests where outcome is not null and settled_ms < ? limit ${forgottenAtOnce})
      returning ${payloadLength} as bytes`
    const late = this.database.all(sql, beforeMs)
    for (const row of late) this.settledBytes -= Number(row["bytes"])
    return late.length > 0 || (this.settledBytes > bytesMax && this.forgetOldest(bytesMax))
  }

  private forgetOldest(bytesMax: number): boolean {
    const sql = `select seq, ${payloadLength} as bytes from requests where outcome is not null order by seq
      limit ${forgottenAtOnce}`
    let last = 0
    for (const row of this.database.all(sql)) {
      if (this.settledBytes <= bytesMax) break
      last = Number(row["seq"])
      this.settledBytes -= Number(row["bytes"])
    }
    return this.database.run("delete from requests where seq <= ? and outcome is not null", last) > 0
  }
}

export class Payloads extends Context.Service<Payloads, PayloadStore>()("@ebb/runtime/store/Payloads") {
  static readonly layer = Layer.effect(
    Payloads,
    Effect.map(Sqlite, (database) => new PayloadStore(database))
  )
}

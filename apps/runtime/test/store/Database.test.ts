import { mkdtempSync, rmSync } from "node:fs"
import { DatabaseSync } from "node:sqlite"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, expect, test } from "vitest"
import { Database, DatabaseLocked, DatabaseTooNew } from "@ebb/runtime/store/Database"
import { migrations } from "@ebb/runtime/store/Migrations"
import { LedgerStore } from "@ebb/runtime/store/LedgerStore"
import { RequestReader } from "@ebb/runtime/store/RequestReader"

const folder = mkdtempSync(join(tmpdir(), "ebb-database-"))
afterAll(() => rmSync(folder, { recursive: true }))

/** An empty one with so many of the migrations. */
const ofVersion = (file: string, version: number): DatabaseSync => {
  const old = new DatabaseSync(join(folder, file))
  old.exec(`${migrations.slice(0, version).join(";")} pragma user_version = ${version}`)
  return old
}

/** A database as the first version of the schema left it, with a queued request in flight. */
const oldDatabase = (file: string): string => {
  const old = ofVersion(file, 1)
  old.exec(
    `insert into apps (id, team, env, name, auth, regions, revision, scaling, settings, created_ms)
      values ('a', 'local', 'main', 'llm', 'private', '[]', 'v', '{}', '{}', 1)`
  )
  old.exec(
    `insert into requests (id, app, method, path, headers, submission, service_ms, submitted_ms, attempts, in_flight)
      values ('q', 'a', 'POST', '/', '[]', '{}', 5, 7, 1, 1)`
  )
  const row =
    "insert into ledger (id, app, number, kind, outcome, status, error_type, attempts, submitted_ms, settled_ms)"
  old.exec(`${row} values ('d', 'a', 3, 'direct', 'completed', 200, null, 1, 1.5, 2.5)`)
  old.exec(`${row} values ('e', 'a', 4, 'queued', 'errored', 503, 'runner_disconnected', 2, 3.5, 4.5)`)
  old.exec(`${row} values ('r', 'b', 5, 'realtime', 'cancelled', 499, 'client_disconnected', 1, 5.5, 6.5)`)
  old.close()
  return join(folder, file)
}

test("a database of an earlier version is brought up to date with what is in it", () => {
  const path = oldDatabase("old.sqlite")
  const database = new Database(path)
  const [request] = new RequestReader(database).open()
  expect(request).toMatchObject({ id: "q", app: "a", attempts: 1, inFlight: true, isCancelAsked: false })
  const places = new Map(["a", "b"].map((name) => [name, { name, env: "main" }]))
  const rows = new LedgerStore(database).newest(places, 9)
  const place = { env: "main", errorType: null, attempts: 1 }
  expect(rows).toEqual([
    {
      ...place,
      requestId: "r",
      app: "b",
      number: 5,
      kind: "realtime",
      outcome: "cancelled",
      status: 499,
      errorType: "client_disconnected",
      submittedAtMs: 5.5,
      settledAtMs: 6.5
    },
    {
      ...place,
      requestId: "e",
      app: "a",
      number: 4,
      kind: "queued",
      outcome: "errored",
      status: 503,
      errorType: "runner_disconnected",
      attempts: 2,
      submittedAtMs: 3.5,
      settledAtMs: 4.5
    },
    {
      ...place,
      requestId: "d",
      app: "a",
      number: 3,
      kind: "direct",
      outcome: "completed",
      status: 200,
      submittedAtMs: 1.5,
      settledAtMs: 2.5
    }
  ])
  database.close()

  const again = new Database(path)
  expect(again.get("pragma user_version")).toEqual({ user_version: migrations.length })
  again.close()
})

test("a database of a later version is refused and left as it is", () => {
  const path = oldDatabase("new.sqlite")
  const later = migrations.length + 1
  const newer = new DatabaseSync(path)
  newer.exec(`pragma user_version = ${later}`)
  newer.close()
  const sentence = `${path} was written by a later version of ebb (its schema is ${later}, ours ${migrations.length})`
  expect(() => new Database(path)).toThrow(DatabaseTooNew)
  expect(() => new Database(path)).toThrow(sentence)
})

test("only one holds a database at a time", () => {
  const path = join(folder, "held.sqlite")
  const holder = new Database(path)
  expect(() => new Database(path)).toThrow(DatabaseLocked)
  holder.close()
  new Database(path).close()
})

test("a transaction that fails leaves nothing, one inside another is part of it", () => {
  const database = new Database(join(folder, "whole.sqlite"))
  const note = (key: string) => database.run("insert into meta (key, value) values (?, '')", key)
  const failing = () =>
    database.transaction(() => {
      note("outer")
      database.transaction(() => note("inner"))
      throw new Error("given up")
    })
  expect(failing).toThrow("given up")
  expect(database.all("select * from meta")).toEqual([])
  database.transaction(() => note("kept"))
  expect(database.all("select key from meta")).toEqual([{ key: "kept" }])
  database.close()
})

test("a rollout of an earlier version that replaced first is called so", () => {
  const old = ofVersion("rollouts.sqlite", 6)
  const kept = ["stop_first", "replace_first", null].map((order) => ({
    mode: order === null ? "force" : "graceful",
    order
  }))
  const insert = old.prepare("insert into rollouts values (?, 'local', 'main', 'llm', 'finished', 1, ?, ?)")
  kept.forEach((rollout, at) => insert.run(at + 1, JSON.stringify(rollout), JSON.stringify(rollout)))
  old.close()
  const database = new Database(join(folder, "rollouts.sqlite"))
  const modes = (column: string) =>
    database.all(`select ${column} as it from rollouts order by id`).map(({ it }) => JSON.parse(String(it)).mode)
  expect([modes("summary"), modes("report")]).toEqual([
    ["graceful", "replace", "force"],
    ["graceful", "replace", "force"]
  ])
  database.close()
})

test("rows of an earlier version keep their runners, whose numbers go with the last of them", () => {
  const old = ofVersion("runners.sqlite", 7)
  old.exec(
    "insert into ledger_apps (id) values ('a'); insert into ledger_runners (id) values ('gone'), ('one'), ('two')"
  )
  const columns = "id, app, number, kind, outcome, status, attempts, submitted_ms, settled_ms, runner"
  const insert = old.prepare(`insert into ledger (${columns}) values (?, 1, 1, 0, 1, 200, 1, 1, 1, ?)`)
  for (const [id, runner] of [
    ["p", 2],
    ["q", 3],
    ["r", null]
  ] as const)
    insert.run(id, runner)
  old.close()
  const database = new Database(join(folder, "runners.sqlite"))
  const ledger = new LedgerStore(database)
  const all = { apps: ["a"], before: 10, fromMs: 0, untilMs: 2, limit: 10 }
  expect(ledger.settled(all).map(({ id, runner, seq }) => [seq, id, runner])).toEqual([
    [3, "r", null],
    [2, "q", "two"],
    [1, "p", "one"]
  ])
  database.run("delete from ledger where seq < 4")
  ledger.add(
    ledger.row(
      { id: "s", number: 1, kind: 0, submittedAtMs: 1, app: { id: "a" }, startedAtMs: null, runner: { id: "two" } },
      { outcome: "completed", status: 200, errorType: null, attempts: 1 },
      1
    )
  )
  while (ledger.tidyNumbers()) continue
  expect(database.all("select id from ledger_runners")).toEqual([{ id: "two" }])
  expect(ledger.settled(all).map(({ runner, seq }) => [seq, runner])).toEqual([[4, "two"]])
  database.close()
})

import { RequestKind } from "@ebb/core/tables/RequestState"
import { plainSubmission } from "@ebb/core/fleet/Intake"
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { CatalogStore } from "@ebb/runtime/store/CatalogStore"
import { Database } from "@ebb/runtime/store/Database"
import { LedgerStore } from "@ebb/runtime/store/LedgerStore"
import { PayloadStore } from "@ebb/runtime/store/PayloadStore"
import { RequestReader } from "@ebb/runtime/store/RequestReader"
import { QueueStore, type StoredRequest } from "@ebb/runtime/store/QueueStore"
import { KeyStore } from "@ebb/runtime/store/KeyStore"
import { SecretStore } from "@ebb/runtime/store/SecretStore"
import { TeamFileStore } from "@ebb/runtime/store/TeamFileStore"
import { SignInStore } from "@ebb/runtime/store/SignInStore"
import { forgetOldest } from "@ebb/runtime/store/JournalFile"
import { limits } from "@ebb/runtime/edge/Limits"
import { Logs } from "@ebb/runtime/kernel/Logs"

let folder: string
let database: Database
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ebb-stores-"))
  database = new Database(join(folder, "ebb.sqlite"))
})
afterEach(() => {
  database.close()
  rmSync(folder, { recursive: true })
})

/** All that lies on disk, the write-ahead log with it. */
const bytesOnDisk = (): string =>
  readdirSync(folder)
    .map((file) => readFileSync(join(folder, file), "latin1"))
    .join("")

describe("secrets", () => {
  const key = new Uint8Array(32).fill(7)

  test("lie on disk encrypted and are read only under their own key and in their own place", () => {
    const secrets = new SecretStore(database, key)
    secrets.set("local", "main", "TOKEN", "do-not-show-this", null)
    expect(bytesOnDisk()).toContain("TOKEN")
    expect(bytesOnDisk()).not.toContain("do-not-show-this")
    expect(secrets.visible("local", "main", null)).toEqual({ TOKEN: "do-not-show-this" })
    expect(JSON.stringify(secrets.list("local", null))).not.toContain("do-not-show-this")

    const other = new SecretStore(database, new Uint8Array(32).fill(8))
    expect(() => other.visible("local", "main", null)).toThrow()
    database.run("update secrets set team = 'acme'")
    expect(() => secrets.visible("acme", "main", null)).toThrow()
  })

  test("belong to one environment; a runner sees all but the unexposed, or those it names", () => {
    const secrets = new SecretStore(database, key)
    secrets.set("local", "main", "A", "1", null)
    secrets.set("local", "main", "HIDDEN", "2", false)
    secrets.set("local", "staging", "B", "3", true)
    secrets.set("acme", "main", "C", "4", null)
    expect(secrets.visible("local", "main", null)).toEqual({ A: "1" })
    expect(secrets.visible("local", "main", ["HIDDEN", "ABSENT"])).toEqual({ HIDDEN: "2" })
    expect(secrets.visible("local", "staging", null)).toEqual({ B: "3" })
  })
})

test("of keys and sessions only the hash is kept", () => {
  const keys = new KeyStore(database)
  const signIns = new SignInStore(database)
  const { id, secret } = keys.create({ team: "local", scope: "ADMIN", description: "" })
  const session = signIns.createSession()
  expect(keys.authenticate(id, secret)).toMatchObject({ team: "local", scope: "ADMIN" })
  expect(keys.authenticate(id, `${secret}x`)).toBeNull()
  expect(signIns.isSession(session)).toBe(true)
  expect(bytesOnDisk()).not.toContain(secret)
  expect(bytesOnDisk()).not.toContain(session)
  keys.revoke("local", id)
  expect(keys.authenticate(id, secret)).toBeNull()
})

describe("queued requests", () => {
  const answered = (bytes: number) => ({
    outcome: "completed" as const,
    status: 200,
    errorType: null,
    attempts: 1,
    answer: { status: 200, headers: [], body: new Uint8Array(bytes) }
  })
  const request = (id: string): StoredRequest => ({
    id,
    app: "app",
    method: "POST",
    path: "/",
    headers: [],
    body: new Uint8Array(10),
    submission: plainSubmission(RequestKind.queued),
    serviceMs: 5,
    caller: "local",
    webhook: null,
    storesAnswer: true,
    submittedAtMs: 1
  })
  let queue: QueueStore
  let payloads: PayloadStore
  let kept: RequestReader
  beforeEach(() => {
    const place = { id: "app", team: "local", env: "main", name: "llm", auth: "private", regions: [] } as const
    // The store writes settings as they are; nothing here reads them.
    new CatalogStore(database).saveApp({ ...place, revision: "v", scaling: {}, settings: {} } as never)
    payloads = new PayloadStore(database)
    queue = new QueueStore(database, payloads)
    kept = new RequestReader(database)
  })

  test("have one outcome", () => {
    queue.add(request("q"))
    queue.sent("q", 1, "r", 2)
    expect(queue.settle("q", answered(3), 4)).toBe(true)
    expect(queue.settle("q", { ...answered(0), outcome: "errored", status: 503 }, 5)).toBe(false)
    expect(kept.find("q")).toMatchObject({ outcome: "completed", status: 200, settledAtMs: 4, inFlight: false })
  })

  test("are forgotten after their time, the oldest ones before when payloads grow too large, open ones never", () => {
    for (const id of ["open", "old", "large", "newer", "newest"]) queue.add(request(id))
    queue.settle("old", answered(0), 100)
    for (const id of ["large", "newer", "newest"]) queue.settle(id, answered(40), 300)
    expect(payloads.prune(200, 2000)).toBe(true)
    expect(payloads.prune(200, 2000)).toBe(false)
    expect(kept.find("old")).toBeNull()
    expect(kept.find("large")).not.toBeNull()
    expect(payloads.prune(200, 1500)).toBe(true)
    expect(kept.find("large")).toBeNull()
    expect([kept.find("open"), kept.find("newer"), kept.find("newest")]).not.toContain(null)
  })
})

test("the ledger has every row in its order, however many are written at once, and each app its own", () => {
  const ledger = new LedgerStore(database)
  const settled = { outcome: "completed", status: 200, errorType: null, attempts: 1, answer: null } as const
  const places = (...ids: ReadonlyArray<string>) => new Map(ids.map((name) => [name, { name, env: "main" }]))
  const numbers = (...ids: ReadonlyArray<string>) => ledger.newest(places(...ids), 1000).map(({ number }) => number)
  for (let number = 1; number <= 137; number++) {
    const app = { id: number % 3 === 0 ? "a" : "b" }
    ledger.addSoon(
      ledger.row(
        { id: `q${number}`, number, kind: RequestKind.direct, submittedAtMs: 0, app, startedAtMs: null, runner: null },
        settled,
        1
      )
    )
  }
  const all = Array.from({ length: 137 }, (_, n) => 137 - n)
  expect(numbers("a", "b")).toEqual(all)
  expect(numbers("a", "nobody")).toEqual(all.filter((number) => number % 3 === 0))
  expect(numbers("nobody", "nothing")).toEqual([])
  expect(numbers()).toEqual([])
  expect(new LedgerStore(database).newest(places("b"), 1)).toMatchObject([{ number: 137, app: "b" }])
})

test("the ledger keeps its newest million rows", () => {
  const ledger = new LedgerStore(database)
  const settled = { outcome: "completed", status: 200, errorType: null, attempts: 1 } as const
  const request = { kind: RequestKind.direct, submittedAtMs: 0, app: { id: "app" }, startedAtMs: null, runner: null }
  const row = (number: number) => ledger.add(ledger.row({ ...request, id: `q${number}`, number }, settled, 1))
  row(1)
  database.run("update sqlite_sequence set seq = 1000000 where name = 'ledger'")
  row(2)
  row(3)
  while (ledger.prune()) continue
  const names = new Map([["app", { name: "llm", env: "main" }]])
  expect(ledger.newest(names, 10).map(({ number }) => number)).toEqual([3, 2])
})

test("the journals of the oldest runs go first", () => {
  const journals = join(folder, "journal")
  mkdirSync(journals)
  for (const run of ["100", "200", "300"]) writeFileSync(join(journals, `${run}.jsonl`), "x".repeat(40))
  forgetOldest(journals, 100)
  expect(readdirSync(journals).toSorted()).toEqual(["200.jsonl", "300.jsonl"])
})

test("a runner's log keeps its newest 10,000 lines", () => {
  const logs = new Logs(limits)
  for (let line = 1; line <= 25_000; line++) logs.add("INFO", String(line))
  const kept = logs.all()
  expect(kept.length).toBe(10_000)
  expect([kept[0]?.message, kept.at(-1)?.message]).toEqual(["15001", "25000"])
})

test("the files of a folder get their new paths all together or not at all", () => {
  const names = new TeamFileStore(database)
  const pathsOf = (folder: string) => names.below("local", folder).map(({ path }) => path)
  for (const file of ["one", "two"]) {
    names.save("local", "data", { path: `/data/a/${file}`, file, bytes: 1, updatedAtMs: 0 })
  }
  const taken = new Map([
    ["one", "/data/b/same"],
    ["two", "/data/b/same"]
  ])
  expect(() => names.rename(taken)).toThrow("UNIQUE")
  expect([pathsOf("/data/a"), pathsOf("/data/b")]).toEqual([["/data/a/one", "/data/a/two"], []])
  names.rename(new Map([["one", "/data/b/one"]]))
  expect([pathsOf("/data/a"), pathsOf("/data/b")]).toEqual([["/data/a/two"], ["/data/b/one"]])
})

import { RequestKind } from "@ebb/core/tables/RequestState"
import { limits } from "@ebb/runtime/edge/Limits"
import { Database } from "@ebb/runtime/store/Database"
import { LedgerNumbers } from "@ebb/runtime/store/LedgerNumbers"
import { LedgerStore } from "@ebb/runtime/store/LedgerStore"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"

const before = limits.ledgerRows
let folder: string
let database: Database
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ebb-numbers-"))
  database = new Database(join(folder, "ebb.sqlite"))
})
afterEach(() => {
  limits.ledgerRows = before
  database.close()
  rmSync(folder, { recursive: true })
})

const settled = { outcome: "completed", status: 200, errorType: null, attempts: 1 } as const
let made = 0
const rowOf = (ledger: LedgerStore, runner: string) =>
  ledger.row(
    {
      id: `q${++made}`,
      number: made,
      kind: RequestKind.direct,
      submittedAtMs: 0,
      app: { id: "app" },
      startedAtMs: null,
      runner: { id: runner }
    },
    settled,
    1
  )

const onDisk = (table = "ledger_runners"): ReadonlyArray<unknown> =>
  database.all(`select id from ${table} order by number`).map(({ id }) => id)

/** What happens in a minute without a request. */
const minute = (ledger: LedgerStore): void => {
  while (ledger.prune()) continue
  while (ledger.tidyNumbers()) continue
}

const everything = { apps: ["app"], before: Number.MAX_SAFE_INTEGER, fromMs: 0, untilMs: 2, limit: 100 }

test("the number of a runner is forgotten with the last row that names it", () => {
  const ledger = new LedgerStore(database)
  limits.ledgerRows = 3
  for (let n = 1; n <= 40; n++) ledger.add(rowOf(ledger, `runner-${n}`))
  for (let n = 0; n < 3; n++) minute(ledger)
  for (let n = 41; n <= 43; n++) ledger.add(rowOf(ledger, `runner-${n}`))
  minute(ledger)
  expect(onDisk()).toEqual(["runner-41", "runner-42", "runner-43"])
  expect(onDisk("ledger_apps")).toEqual(["app"])
  expect(ledger.settled(everything).map(({ runner }) => runner)).toEqual(["runner-43", "runner-42", "runner-41"])
})

test("one that has another row after a pause keeps its number, however old its first rows are", () => {
  const ledger = new LedgerStore(database)
  limits.ledgerRows = 2
  ledger.add(rowOf(ledger, "old"))
  for (let n = 0; n < 3; n++) minute(ledger)
  ledger.addSoon(rowOf(ledger, "other"))
  ledger.addSoon(rowOf(ledger, "old"))
  minute(ledger)
  ledger.flush()
  for (let n = 0; n < 3; n++) minute(ledger)
  expect(ledger.settled(everything).map(({ runner }) => runner)).toEqual(["old", "other"])
  expect(onDisk()).toEqual(["old", "other"])
})

test("those that no row was written with for a while take no memory", () => {
  const numbers = new LedgerNumbers(database, "ledger_runners")
  for (let n = 0; n < 2500; n++) numbers.of(`runner-${n}`)
  expect(numbers.size).toBe(2500)
  while (numbers.tidy()) continue
  numbers.of("runner-7")
  while (numbers.tidy()) continue
  expect(numbers.size).toBe(1)
  while (numbers.tidy()) continue
  expect(numbers.size).toBe(0)
  expect(numbers.known("runner-8")).toBe(9)
  expect(numbers.of("runner-8")).toBe(9)
  expect(numbers.known("nobody")).toBeNull()
})

test("those of a run that was killed are forgotten as well, once their rows are gone", () => {
  const ledger = new LedgerStore(database)
  for (let n = 1; n <= 5; n++) ledger.add(rowOf(ledger, `runner-${n}`))
  const next = new LedgerStore(database)
  limits.ledgerRows = 1
  next.add(rowOf(next, "runner-6"))
  minute(next)
  expect(onDisk()).toEqual(["runner-6"])
})

test("a number that was given in a transaction that failed is not used", () => {
  const ledger = new LedgerStore(database)
  const failing = () =>
    database.transaction(() => {
      ledger.add(rowOf(ledger, "first"))
      throw new Error("given up")
    })
  expect(failing).toThrow("given up")
  ledger.add(rowOf(ledger, "second"))
  ledger.add(rowOf(ledger, "first"))
  expect(ledger.settled(everything).map(({ runner }) => runner)).toEqual(["first", "second"])
})

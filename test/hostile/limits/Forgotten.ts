import { plainSubmission } from "@ebb/core/fleet/Intake"
import { RequestKind } from "@ebb/core/tables/RequestState"
import * as Retention from "@ebb/runtime/control/Retention"
import { type LimitName, limits } from "@ebb/runtime/edge/Limits"
import { Kernel } from "@ebb/runtime/kernel/Kernel"
import { LiveRunner } from "@ebb/runtime/kernel/LiveRunner"
import { Logs } from "@ebb/runtime/kernel/Logs"
import { Runners } from "@ebb/runtime/kernel/Runners"
import { CatalogStore } from "@ebb/runtime/store/CatalogStore"
import { Database } from "@ebb/runtime/store/Database"
import { DataDirectory, Directory } from "@ebb/runtime/store/DataDirectory"
import { Deleted, DeletedStore } from "@ebb/runtime/store/DeletedStore"
import { Files, FileStore } from "@ebb/runtime/store/FileStore"
import { LedgerStore, RequestLedger } from "@ebb/runtime/store/LedgerStore"
import { Payloads, PayloadStore } from "@ebb/runtime/store/PayloadStore"
import { QueueStore } from "@ebb/runtime/store/QueueStore"
import { Meta, MetaStore } from "@ebb/runtime/store/MetaStore"
import { PastRunners, PastRunnerStore } from "@ebb/runtime/store/PastRunnerStore"
import { TeamFiles, TeamFileStore } from "@ebb/runtime/store/TeamFileStore"
import { RequestReader } from "@ebb/runtime/store/RequestReader"
import { Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect } from "vitest"
import type { Over, Overs } from "./Over.ts"

const dayMs = 86_400_000

interface Kept {
  readonly folder: string
  readonly files: FileStore
  readonly database: Database
  readonly queue: QueueStore
  readonly requests: RequestReader
  readonly runners: Runners
}

/** What is kept, on a database of its own, and what a minute leaves of it. */
const afterAMinute = async <A>(
  fill: (kept: Kept) => void | Promise<void>,
  look: (kept: Kept) => A,
  left: A
): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), "ebb-kept-"))
  const database = new Database(join(folder, "ebb.sqlite"))
  const place = { id: "app", team: "local", env: "main", name: "llm", auth: "private", regions: [] } as const
  new CatalogStore(database).saveApp({ ...place, revision: "v", scaling: {}, settings: {} } as never)
  const payloads = new PayloadStore(database)
  const queue = new QueueStore(database, payloads)
  const files = new FileStore(join(folder, "files"))
  const kept = { folder, files, database, queue, requests: new RequestReader(database), runners: new Runners() }
  await fill(kept)
  const stores = Layer.mergeAll(
    Layer.succeed(Kernel, { world: { runners: kept.runners } } as never),
    Layer.succeed(Payloads, payloads),
    Layer.succeed(Files, files),
    Layer.succeed(TeamFiles, new TeamFileStore(database)),
    Layer.succeed(Meta, new MetaStore(database)),
    Layer.succeed(PastRunners, new PastRunnerStore(database)),
    Layer.succeed(RequestLedger, new LedgerStore(database)),
    Layer.succeed(Deleted, new DeletedStore(database)),
    Layer.succeed(Directory, new DataDirectory(folder))
  )
  const looked = Effect.gen(function* () {
    yield* TestClock.adjust("1 minute")
    yield* Effect.promise(async () => expect.poll(() => look(kept)).toEqual(left))
  })
  const layer = Retention.layer.pipe(Layer.provide(stores), Layer.provideMerge(TestClock.layer()))
  await Effect.runPromise(Effect.provide(looked, layer))
  database.close()
  rmSync(folder, { recursive: true })
}

const settle = (queue: QueueStore, id: string, atMs: number): void => {
  queue.add({
    id,
    app: "app",
    method: "POST",
    path: "/",
    headers: [],
    body: new Uint8Array(1000),
    submission: plainSubmission(RequestKind.queued),
    serviceMs: 5,
    caller: null,
    webhook: null,
    storesAnswer: true,
    submittedAtMs: atMs
  })
  queue.settle(id, { outcome: "completed", status: 200, errorType: null, attempts: 1, answer: null }, atMs)
}

const ended = (runners: Runners, number: number, lines: number): void => {
  const logs = new Logs(limits)
  for (let line = 0; line < lines; line++) logs.add("INFO", "a line")
  const revision = {} as never
  const live = new LiveRunner({
    id: `runner-${number}`,
    number,
    place: { slot: number, epoch: 1 },
    app: {} as never,
    revision,
    createdAtMs: 1,
    logs
  })
  live.endedAtMs = Date.now() + number
  runners.add(live)
}

/** With such a limit for as long as it runs. */
const within =
  (name: LimitName, most: number, run: Over): Over =>
  async (context) => {
    const before = limits[name]
    limits[name] = most
    try {
      await run(context)
    } finally {
      limits[name] = before
    }
  }

const found = ({ requests }: Kept, ...ids: ReadonlyArray<string>): ReadonlyArray<boolean> =>
  ids.map((id) => requests.find(id) !== null)

/** A row of the ledger that names that runner, the first of its run. */
const booked = (database: Database, runner: string): void => {
  const ledger = new LedgerStore(database)
  const request = { id: `of ${runner}`, number: 1, kind: RequestKind.direct, submittedAtMs: 1, startedAtMs: null }
  const settled = { outcome: "completed", status: 200, errorType: null, attempts: 1 } as const
  ledger.add(ledger.row({ ...request, app: { id: "app" }, runner: { id: runner } }, settled, 1))
}

/** The short numbers of runners whose last row is gone. */
export const numbers = within("ledgerRows", 1, () =>
  afterAMinute(
    ({ database }) => ["oldest", "newer", "newest"].forEach((runner) => booked(database, runner)),
    ({ database }) => database.all("select id from ledger_runners").map(({ id }) => id),
    ["newest"]
  )
)

/** Revisions that are listed no more, and deleted apps of earlier runs that nothing names. */
export const deleted: Over = () =>
  afterAMinute(
    ({ database }) => {
      const catalog = new CatalogStore(database)
      const revision = {
        app: "app",
        spec: {},
        folder: "/",
        files: {},
        said: null,
        state: "ready",
        createdAtMs: 1
      } as const
      for (const id of ["current", "past", "old"]) catalog.saveRevision({ ...revision, id })
      for (const id of ["past", "old"]) catalog.deleteRevision(id)
      const runner = { id: "r", app: "app", revision: "past", createdAtMs: 1, beganAtMs: 1, readyAtMs: 1 }
      const ended = { ...runner, moments: [], endedAtMs: Date.now(), machineType: "S", replaced: false }
      new PastRunnerStore(database).save(ended, [])
      const place = { team: "local", env: "main", auth: "private", regions: [], revision: "v" } as const
      for (const [id, name] of [
        ["a", "a"],
        ["booked", "b"],
        ["earlier", "demo"],
        ["demo", "demo"]
      ] as const) {
        catalog.saveApp({ ...place, id, name, scaling: {}, settings: {} } as never)
        catalog.deleteApp(id)
      }
      database.run("insert into ledger_apps (id) values ('booked')")
      new DeletedStore(database).forgetApps("local", "main", "demo")
    },
    ({ database }) => [
      database.all("select id from revisions order by rowid").map(({ id }) => id),
      database.all("select id from apps order by rowid").map(({ id }) => id)
    ],
    [
      ["current", "past"],
      ["app", "booked", "demo"]
    ]
  )

const line = "a line of the log\n"

export const overs = (): Overs<
  "payloadBytes" | "payloadDays" | "endedRunners" | "endedLogLines" | "files" | "hostLogBytes"
> => ({
  files: within("files", 2, () =>
    afterAMinute(
      async ({ files }) => {
        for (const name of ["oldest", "newer", "newest"]) {
          await files.put(
            await files.create({ name, contentType: "text/plain", expiresAtMs: null }),
            new Uint8Array(),
            null
          )
          await new Promise((resolve) => setTimeout(resolve, 2))
        }
      },
      ({ folder }) => readdirSync(join(folder, "files")).length,
      2
    )
  ),
  hostLogBytes: within("hostLogBytes", 100 * line.length, () =>
    afterAMinute(
      ({ folder }) => writeFileSync(join(folder, "ebb.log"), line.repeat(101)),
      ({ folder }) => {
        const text = readFileSync(join(folder, "ebb.log"), "utf8")
        return [text.length, text.replaceAll(line, "")]
      },
      [49 * line.length, ""]
    )
  ),
  payloadDays: () =>
    afterAMinute(
      ({ queue }) => {
        settle(queue, "late", Date.now() - limits.payloadDays * dayMs - 1000)
        settle(queue, "kept", Date.now() - (limits.payloadDays - 1) * dayMs)
      },
      (kept) => found(kept, "late", "kept"),
      [false, true]
    ),
  payloadBytes: within("payloadBytes", 4000, () =>
    afterAMinute(
      ({ queue }) => ["oldest", "newer", "newest"].forEach((id, at) => settle(queue, id, Date.now() + at)),
      (kept) => found(kept, "oldest", "newer", "newest"),
      [false, true, true]
    )
  ),
  endedRunners: within("endedRunners", 2, () =>
    afterAMinute(
      ({ runners }) => [1, 2, 3].forEach((number) => ended(runners, number, 1)),
      ({ runners }) => [...runners.all()].map(({ number }) => number),
      [2, 3]
    )
  ),
  endedLogLines: within("endedLogLines", 20, () =>
    afterAMinute(
      ({ runners }) => [1, 2, 3].forEach((number) => ended(runners, number, 10)),
      ({ runners }) => [...runners.all()].map(({ logs }) => logs.all().length),
      [0, 10, 10]
    )
  )
})

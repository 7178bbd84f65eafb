import { plainSubmission } from "@ebb/core/fleet/Intake"
import { RequestKind } from "@ebb/core/tables/RequestState"
import { SandboxClock } from "@ebb/runtime/kernel/Clock"
import { Catalog } from "@ebb/runtime/store/CatalogStore"
import { Sqlite } from "@ebb/runtime/store/Database"
import { Directory } from "@ebb/runtime/store/DataDirectory"
import { Queue } from "@ebb/runtime/store/QueueStore"
import { Payloads } from "@ebb/runtime/store/PayloadStore"
import { KeptRequests } from "@ebb/runtime/store/RequestReader"
import { Teams } from "@ebb/runtime/store/TeamStore"
import { PendingWebhooks } from "@ebb/runtime/store/WebhookStore"
import { WebhookPost } from "@ebb/runtime/webhooks/Post"
import { WebhookSigning } from "@ebb/runtime/webhooks/Signature"
import { Webhooks } from "@ebb/runtime/webhooks/Webhooks"
import { Clock, Console, Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"

let data: string
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), "ebb-webhooks-"))
})
afterEach(() => rmSync(data, { recursive: true }))

const stores = () =>
  Layer.mergeAll(
    Catalog.layer,
    KeptRequests.layer,
    PendingWebhooks.layer,
    Layer.provideMerge(Queue.layer, Payloads.layer),
    Teams.layer,
    WebhookSigning.layer
  ).pipe(
    Layer.provideMerge(Sqlite.layer),
    Layer.provideMerge(Directory.layer(data)),
    Layer.provideMerge(SandboxClock.layer(1))
  )

/** Webhooks that go nowhere: each try is noted in seconds of the test's clock, and heard from that many seconds on. */
const webhooks = (tries: Array<number>, heardFromSeconds: number) => {
  const note = Effect.map(Clock.currentTimeMillis, (atMs) => {
    tries.push(atMs / 1000)
    return atMs / 1000 >= heardFromSeconds
  })
  return Layer.provide(
    Webhooks.layer,
    Layer.succeed(WebhookPost, () => note)
  )
}

/** A queued request that has its outcome, and somebody to be told of it. */
const settled = Effect.gen(function* () {
  const place = { id: "app", team: "local", env: "main", name: "llm", auth: "private", regions: [] } as const
  const catalog = yield* Catalog
  // The store writes settings as they are; nothing here reads them.
  catalog.saveApp({ ...place, revision: "v", scaling: {}, settings: {} } as never)
  const queue = yield* Queue
  queue.add({
    id: "q",
    app: "app",
    method: "POST",
    path: "/",
    headers: [],
    body: null,
    submission: plainSubmission(RequestKind.queued),
    serviceMs: 0,
    caller: "local",
    webhook: "http://localhost:1/",
    storesAnswer: true,
    submittedAtMs: 0
  })
  const answer = { headers: [], body: new TextEncoder().encode("{}") }
  queue.settle("q", { outcome: "completed", status: 200, errorType: null, attempts: 1, answer }, 0)
})

/** Sends it, and lets that much time pass; what is still pending then. */
const sending = Effect.fnUntraced(function* (time: string & Parameters<typeof TestClock.adjust>[0]) {
  yield* settled
  const { add } = yield* Webhooks
  add("q", 0)
  yield* TestClock.adjust(time)
  return (yield* PendingWebhooks).all()
})

const silent: Console.Console = Object.assign(Object.create(globalThis.console), { error: () => {} })

const run = <A>(
  effect: Effect.Effect<A, unknown, Webhooks | Queue | Catalog | PendingWebhooks>,
  sender: ReturnType<typeof webhooks>
) =>
  Effect.runPromise(
    effect.pipe(
      Effect.provide(Layer.provideMerge(sender, stores())),
      Effect.provideService(Console.Console, silent),
      Effect.provide(TestClock.layer())
    )
  )

test("a webhook is tried again after 15, 30, 60 … seconds until it is heard (platform rule 4.8)", async () => {
  const tries: Array<number> = []
  expect(await run(sending("1 hour"), webhooks(tries, 100))).toEqual([])
  expect(tries).toEqual([0, 15, 45, 105])
})

test("one that is never heard is given up after ten more tries within two hours", async () => {
  const tries: Array<number> = []
  expect(await run(sending("1 day"), webhooks(tries, Infinity))).toEqual([])
  expect(tries).toHaveLength(11)
  expect(tries.at(-1)).toBe(7200)
})

test("one that waits for its next try when the sandbox ends is on disk, and due at the same time after the next start", async () => {
  const before: Array<number> = []
  const pending = await run(sending("50 seconds"), webhooks(before, Infinity))
  expect(before).toEqual([0, 15, 45])
  expect(pending).toEqual([{ request: "q", tries: 3, dueAtMs: 105_000 }])

  const after: Array<number> = []
  const resumed = Effect.gen(function* () {
    yield* Webhooks
    yield* TestClock.adjust("4 minutes")
  })
  await run(resumed, webhooks(after, Infinity))
  expect(after).toEqual([105, 225])
})

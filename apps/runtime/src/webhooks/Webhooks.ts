import { Clock, Console, Context, Duration, Effect, FiberMap, Layer, Schedule } from "effect"
import { limits } from "../edge/Limits.ts"
import { SandboxClock } from "../kernel/Clock.ts"
import { Catalog } from "../store/CatalogStore.ts"
import { Sqlite } from "../store/Database.ts"
import { Payloads } from "../store/PayloadStore.ts"
import type { Progress, StoredRequest } from "../store/QueueStore.ts"
import { KeptRequests } from "../store/RequestReader.ts"
import { Teams } from "../store/TeamStore.ts"
import { type PendingWebhook, PendingWebhooks, type WebhookStore } from "../store/WebhookStore.ts"
import { bodyOf } from "./Body.ts"
import { WebhookPost } from "./Post.ts"
import { WebhookSigning } from "./Signature.ts"

/** After so many seconds each it is tried again: ten times within two hours (platform rule 4.8). */
const retrySeconds = [15, 30, 60, 120, 240, 480, 960, 1500, 1800, 1995]

/** Tells whoever asked for it what became of a queued request, until it is heard or two hours are over. */
export interface WebhookSender {
  /** To be called in the transaction of the request's outcome. */
  readonly add: (request: string, atMs: number) => void
}

/** Takes out the oldest of more than may wait. */
const beyond = (waiting: Set<string>): ReadonlyArray<string> => {
  const gone: Array<string> = []
  for (const request of waiting) {
    if (waiting.size <= limits.webhooksWaiting) break
    waiting.delete(request)
    gone.push(request)
  }
  return gone
}

/** What was heard in no try so far waits, on disk too, for the next. */
const waitsOf = ({ request, tries }: PendingWebhook, pendings: WebhookStore, speed: number) => {
  const waitsMs = retrySeconds.slice(tries).map((seconds) => (seconds * 1000) / speed)
  return Schedule.recurs(waitsMs.length).pipe(
    Schedule.addDelay(({ attempt }) => Effect.succeed(waitsMs[attempt - 1] ?? 0)),
    Schedule.tap(({ attempt, duration, now }) =>
      Effect.sync(() =>
        pendings.postpone({ request, tries: tries + attempt, dueAtMs: now + Duration.toMillis(duration) })
      )
    )
  )
}

const make = Effect.gen(function* () {
  const { speed } = yield* SandboxClock
  const catalog = yield* Catalog
  const pendings = yield* PendingWebhooks
  const database = yield* Sqlite
  const payloads = yield* Payloads
  const kept = yield* KeptRequests
  const teams = yield* Teams
  const signing = yield* WebhookSigning
  const post = yield* WebhookPost
  const fibers = yield* FiberMap.make<string>()
  const start = yield* FiberMap.runtime(fibers)()
  /** In order of their outcomes. */
  const waiting = new Set<string>()

  /** The user who sent the request; whose app it is, where nobody said who asks. */
  const userOf = ({ app, caller }: StoredRequest): string =>
    teams.find(caller ?? catalog.teamOf(app) ?? "")?.userId ?? ""

  const sent = Effect.fnUntraced(function* (stored: StoredRequest & Progress, url: URL) {
    const body = bodyOf(stored)
    const timestamp = Math.floor((yield* Clock.currentTimeMillis) / 1000)
    const signed = { requestId: stored.id, userId: userOf(stored), timestamp, body }
    return yield* post(url, signing.headers(signed), body)
  })

  /** One try; false where it is to be tried again. */
  const tried = Effect.fnUntraced(function* (request: string) {
    const stored = kept.find(request)
    const url = URL.parse(stored?.webhook ?? "")
    if (stored === null || url === null) return true
    if (!(yield* sent(stored, url))) return false
    if (!stored.storesAnswer) payloads.deleteAnswer(stored.id)
    return true
  })

  const delivered = Effect.fnUntraced(function* (pending: PendingWebhook) {
    const { dueAtMs, request } = pending
    yield* Effect.sleep(Math.max(0, dueAtMs - (yield* Clock.currentTimeMillis)))
    const heard = Effect.filterOrFail(tried(request), (isHeard) => isHeard)
    yield* Effect.retry(heard, waitsOf(pending, pendings, speed)).pipe(
      Effect.catch(() => Console.error(`The webhook of request ${request} was not heard in any try; it is given up`))
    )
    pendings.remove(request)
    waiting.delete(request)
  })

  const begin = (pending: PendingWebhook) => {
    start(pending.request, delivered(pending))
    for (const oldest of beyond(waiting.add(pending.request))) {
      // Takes the place of the fiber that waits.
      start(oldest, Effect.void)
      pendings.remove(oldest)
    }
  }
  for (const pending of pendings.all()) begin(pending)
  return {
    add: (request: string, atMs: number) => {
      pendings.add(request, atMs)
      database.afterCommit(() => begin({ request, tries: 0, dueAtMs: atMs }))
    }
  }
})

/** What is still to be delivered when it ends stays on disk. */
export class Webhooks extends Context.Service<Webhooks, WebhookSender>()("@ebb/runtime/webhooks/Webhooks") {
  static readonly layer = Layer.effect(Webhooks, make)
}

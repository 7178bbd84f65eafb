import { limits } from "../../edge/Limits.ts"
import { RequestKind } from "@ebb/core/tables/RequestState"
import { Context, Effect, Layer } from "effect"
import { RequestRecords, type RequestWriter } from "../../control/RequestRecords.ts"
import { notAllowed, plainError } from "../../edge/PlatformErrors.ts"
import { type Announcer, Announcing } from "../../kernel/Announcer.ts"
import { Apps } from "../../kernel/Apps.ts"
import { drawServiceMs } from "../../kernel/CurrentRevision.ts"
import { forwarded } from "../../kernel/Forwarded.ts"
import { Kernel, type LiveFleet } from "../../kernel/Kernel.ts"
import type { LiveApp, NamedApp } from "../../kernel/LiveApp.ts"
import { LiveRequest } from "../../kernel/LiveRequest.ts"
import { type Progress, Queue, type QueueStore, type StoredRequest } from "../../store/QueueStore.ts"
import { openBytesOf, Payloads, type PayloadStore } from "../../store/PayloadStore.ts"
import { KeptRequests, type RequestReader } from "../../store/RequestReader.ts"
import type { Asker, Callable } from "./Access.ts"
import type { Address, What } from "./Address.ts"
import type { Options } from "./Options.ts"
import { QueuedCaller } from "./QueuedCaller.ts"
import * as QueuedStatus from "./QueuedStatus.ts"
import { SharedHeaders } from "./SharedHeaders.ts"

interface Needs {
  readonly announcer: Announcer
  readonly kernel: LiveFleet
  readonly kept: RequestReader
  readonly payloads: PayloadStore
  readonly records: RequestWriter
  readonly store: QueueStore
}

/** What a caller wants to be queued. `path`: as the app sees it, with its query. */
interface Submitted extends Callable {
  readonly request: Request
  readonly address: Address
  readonly path: string
}

const liveOf = (app: LiveApp, stored: StoredRequest, headers: SharedHeaders): LiveRequest => {
  const { body, caller: callerId, id, method, path, serviceMs, submittedAtMs } = stored
  const call = { method, path, headers: headers.of(stored.headers), body }
  const caller = new QueuedCaller()
  const live = new LiveRequest({ id, app, kind: RequestKind.queued, call, caller, callerId, serviceMs, submittedAtMs })
  live.hasWebhook = stored.webhook !== null
  return live
}

const queueFull = `The queues hold ${limits.queueBytes / 2 ** 20} MiB, which is the most; try again when some are done`

/** Requests that are kept until somebody fetches their result. */
export class RequestQueue {
  private readonly needs: Needs
  private readonly headers = new SharedHeaders()

  constructor(needs: Needs) {
    this.needs = needs
  }

  /** Takes a request into the queue: it is on disk before its caller hears of it. */
  submit({ address, app, callerId, path, request }: Submitted, options: Options, body: Uint8Array): Response {
    const { announcer, kernel, payloads, store } = this.needs
    const headers = forwarded(request.headers)
    // It may go while the body is still coming.
    if (app.deleted) return plainError(404, `Application '${app.alias}' not found`)
    if (payloads.openBytes + openBytesOf(body, JSON.stringify(headers)) > limits.queueBytes) {
      return plainError(507, queueFull)
    }
    const { serviceMs, storesAnswer, submission, webhook } = options
    const stored: StoredRequest = {
      id: crypto.randomUUID(),
      app: app.id,
      method: request.method,
      path,
      headers,
      body,
      submission,
      serviceMs: serviceMs ?? drawServiceMs(kernel.state, app),
      caller: callerId,
      webhook,
      storesAnswer,
      submittedAtMs: Date.now()
    }
    store.add(stored)
    const live = liveOf(app, stored, this.headers)
    if (!kernel.submissions.submit(live, submission)) {
      store.remove(stored)
      return plainError(429, `The queue of '${app.alias}' is longer than fal_max_queue_length`)
    }
    announcer.app(app.id)
    return QueuedStatus.accepted(kernel.state, live, QueuedStatus.baseOf(request, address.url))
  }

  /** What is asked about one queued request. */
  handle(
    { app, callerId, isTold }: Asker,
    target: { readonly id: string; readonly what: What },
    request: Request,
    { query, url }: Address
  ): Response {
    const { kept, records } = this.needs
    records.settleNow(target.id)
    const stored = isTold ? kept.find(target.id) : null
    if (stored === null) {
      if (target.what === "cancel") return Response.json({ status: "NOT_FOUND" }, { status: 404 })
      return plainError(404, `Request '${target.id}' not found`)
    }
    const isOwner = callerId === app.team
    const answer = this.answer({ app, isOwner }, stored, target.what, request, { query, url })
    answer.headers.set("x-fal-request-id", stored.id)
    return answer
  }

  private answer(
    asker: { readonly app: NamedApp; readonly isOwner: boolean },
    stored: StoredRequest & Progress,
    what: What,
    request: Request,
    { query, url }: Pick<Address, "query" | "url">
  ): Response {
    const { kept, kernel, payloads, records, store } = this.needs
    const method = what === "cancel" ? "PUT" : "GET"
    if (request.method !== method && !(method === "GET" && request.method === "HEAD")) {
      return notAllowed(method)
    }
    const wantsLogs = ["1", "true"].includes(query.get("logs") ?? "")
    const base = QueuedStatus.baseOf(request, url)
    const asked = { ...asker, base, kept, kernel, payloads, records, store, wantsLogs }
    switch (what) {
      case "status":
        return QueuedStatus.response(asked, stored)
      case "status_stream":
        return QueuedStatus.stream(asked, stored.id, request.signal)
      case "result":
        // While its webhook is on the way, that one needs the answer.
        return QueuedStatus.result(
          asked,
          stored,
          stored.webhook === null && request.method === "GET" && !request.signal.aborted
        )
      case "cancel":
        return QueuedStatus.cancel(asked, stored)
    }
  }
}

export class QueuedRequests extends Context.Service<QueuedRequests, RequestQueue>()(
  "@ebb/runtime/planes/data/QueuedRequests"
) {
  static readonly layer = Layer.effect(
    QueuedRequests,
    Effect.gen(function* () {
      const stores = { kept: yield* KeptRequests, payloads: yield* Payloads, store: yield* Queue }
      const records = yield* RequestRecords
      return new RequestQueue({ announcer: yield* Announcing, kernel: yield* Kernel, records, ...stores })
    })
  )
}

const resume = ({ submissions, world }: LiveFleet, live: LiveRequest, stored: StoredRequest & Progress): void => {
  const { startTimeoutMs } = stored.submission
  const elapsedMs = (Date.now() - stored.submittedAtMs) * world.clock.speed
  const leftMs = startTimeoutMs === null ? null : Math.max(0, startTimeoutMs - elapsedMs)
  const { attempts, inFlight: wasInFlight, isCancelAsked: cancelAsked, retriesUsed } = stored
  const history = { attempts, retriesUsed, wasInFlight, cancelAsked }
  submissions.resume(live, { ...stored.submission, startTimeoutMs: leftMs }, history)
}

/** Takes up again what was accepted before a restart, in its order of acceptance (platform rule 8.6). */
export const resumeAll = Effect.gen(function* () {
  const apps = yield* Apps
  const kernel = yield* Kernel
  const records = yield* RequestRecords
  const headers = new SharedHeaders()
  for (const stored of (yield* KeptRequests).open()) {
    const app = apps.byId(stored.app)
    if (app === null) records.settleOrphan(stored)
    else resume(kernel, liveOf(app, stored, headers), stored)
  }
})

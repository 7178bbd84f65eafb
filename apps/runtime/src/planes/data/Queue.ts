import type { Request as FleetRequest } from "@ebb/core/tables/Request"
import { RequestKind } from "@ebb/core/tables/Request"
import type { Sandbox } from "../../Sandbox.ts"
import type { Progress, StoredRequest } from "../../store/QueueStore.ts"
import type { LiveApp } from "../../kernel/LiveApp.ts"
import { LiveRequest } from "../../kernel/LiveRequest.ts"
import * as Access from "./Access.ts"
import type { Address } from "./Address.ts"
import * as Answers from "./Answers.ts"
import { isQueuedCaller, QueuedCaller } from "./DirectCaller.ts"
import type { Options } from "./Options.ts"
import type { What } from "./Target.ts"

/** Where the request's own addresses start: its scheme and Host (wire compatibility: clients follow them as they are). */
const baseOf = (request: Request, url: URL): string => {
  const host = request.headers.get("host") ?? url.host
  return `${url.protocol}//${host}/queue.fal.run`
}

const addressesOf = (base: string, app: LiveApp, id: string) => {
  const address = `${base}/${app.team}/${app.alias}/requests/${id}`
  return {
    request_id: id,
    response_url: address,
    status_url: `${address}/status`,
    cancel_url: `${address}/cancel`
  }
}

/** Takes a request into the queue: it is on disk before its caller hears of it. */
export const submit = (
  sandbox: Sandbox,
  app: LiveApp,
  call: LiveRequest["call"] & { readonly body: Uint8Array },
  options: Options,
  { url }: Address,
  request: Request,
  caller: string | null
): Response => {
  const id = crypto.randomUUID()
  const stored: StoredRequest = {
    id,
    app: app.id,
    method: call.method,
    path: call.path,
    headers: kept(call.headers),
    body: call.body,
    submission: options.submission,
    serviceMs: options.serviceMs ?? Access.drawService(sandbox, app),
    caller,
    webhook: options.webhook,
    storesAnswer: options.storesAnswer,
    submittedAtMs: Date.now()
  }
  sandbox.queue.add(stored)
  const live = liveOf(app, stored)
  if (!sandbox.world.submit(live, options.submission)) {
    sandbox.queue.remove(id)
    return Answers.plainError(429, `The queue of '${app.alias}' is longer than fal_max_queue_length`)
  }
  sandbox.announcer.app(app.id)
  const position = positionOf(sandbox, live)
  const state = { status: "IN_QUEUE", ...addressesOf(baseOf(request, url), app, id), queue_position: position ?? 0 }
  return Response.json(state, { headers: { "x-fal-request-id": id } })
}

const notKept = ["authorization", "cookie", "host", "connection", "content-length", "transfer-encoding"]

const kept = (headers: Headers): ReadonlyArray<readonly [string, string]> =>
  [...headers].filter(([name]) => !notKept.includes(name))

const liveOf = (app: LiveApp, stored: StoredRequest): LiveRequest => {
  const live = new LiveRequest({
    id: stored.id,
    app,
    kind: RequestKind.queued,
    call: {
      method: stored.method,
      path: stored.path,
      headers: new Headers(stored.headers.map(([name, value]): [string, string] => [name, value])),
      body: stored.body
    },
    caller: new QueuedCaller(),
    callerId: stored.caller,
    serviceMs: stored.serviceMs,
    submittedAtMs: stored.submittedAtMs
  })
  live.hasWebhook = stored.webhook !== null
  return live
}

/** Takes up again what was accepted before a restart, in its order of acceptance (platform rule 8.6). */
export const resumeAll = (sandbox: Sandbox): number => {
  const open = sandbox.queue.open()
  for (const stored of open) resume(sandbox, stored)
  return open.length
}

const resume = (sandbox: Sandbox, stored: StoredRequest & Progress): void => {
  const app = sandbox.apps.byId(stored.app)
  if (app === null) return sandbox.settleOrphan(stored)
  const { startTimeoutMs } = stored.submission
  const elapsedMs = (Date.now() - stored.submittedAtMs) * sandbox.world.clock.speed
  const leftMs = startTimeoutMs === null ? null : Math.max(0, startTimeoutMs - elapsedMs)
  const { attempts, inFlight: wasInFlight, isCancelAsked: cancelAsked, retriesUsed } = stored
  const history = { attempts, retriesUsed, wasInFlight, cancelAsked }
  sandbox.world.resume(liveOf(app, stored), { ...stored.submission, startTimeoutMs: leftMs }, history)
}

/** Queued requests ahead in service order; null for one that does not wait (platform rule 4.2). */
const positionOf = (sandbox: Sandbox, live: LiveRequest): number | null => {
  const own = sandbox.fleet.state.requests.all[live.slot]
  if (own === undefined || own.number !== live.number || own.runner !== null) return null
  const state = sandbox.fleet.state.apps[live.app.slot]!
  let ahead = 0
  for (const lane of [state.lanes[1], state.lanes[2]]) {
    const isOwn = lane === state.lanes[own.lane]
    for (let other: FleetRequest | null = lane.first; other !== null; other = other.next) {
      if (isOwn && other.number >= own.number) break
      ahead++
    }
    if (isOwn) break
  }
  return ahead
}

/** What is asked about one queued request. */
export const handle = (
  sandbox: Sandbox,
  app: LiveApp,
  target: { readonly id: string; readonly what: What },
  request: Request,
  { query, url }: Address
): Response | Promise<Response> => {
  const stored = sandbox.queue.find(target.id)
  if (stored === null || stored.app !== app.id) {
    if (target.what === "cancel") return Response.json({ status: "NOT_FOUND" }, { status: 404 })
    return Answers.plainError(404, `Request '${target.id}' not found`)
  }
  const method = target.what === "cancel" ? "PUT" : "GET"
  if (request.method !== method && !(method === "GET" && request.method === "HEAD")) {
    return Answers.notAllowed(method)
  }
  const base = baseOf(request, url)
  const wantsLogs = ["1", "true"].includes(query.get("logs") ?? "")
  switch (target.what) {
    case "status":
      return statusResponse(sandbox, app, stored, base, wantsLogs)
    case "status_stream":
      return statusStream(sandbox, app, stored.id, base, wantsLogs, request.signal)
    case "result":
      return result(sandbox, stored)
    case "cancel":
      return cancel(sandbox, stored)
  }
}

const find = (sandbox: Sandbox, id: string): LiveRequest | null => sandbox.world.requests.withId(id)

const statusOf = (
  sandbox: Sandbox,
  app: LiveApp,
  stored: StoredRequest & Progress,
  base: string,
  wantsLogs: boolean
) => {
  const addresses = addressesOf(base, app, stored.id)
  const logs = wantsLogs ? logsOf(sandbox, stored) : null
  if (stored.outcome !== null) {
    const inference = ((stored.settledAtMs ?? 0) - (stored.startedAtMs ?? stored.settledAtMs ?? 0)) / 1000
    const failure = stored.errorType === null ? {} : { error: failureOf(stored), error_type: stored.errorType }
    return { status: "COMPLETED", ...addresses, logs, metrics: { inference_time: inference }, ...failure }
  }
  const live = find(sandbox, stored.id)
  const position = live === null ? 0 : positionOf(sandbox, live)
  if (position === null) return { status: "IN_PROGRESS", ...addresses, logs }
  return { status: "IN_QUEUE", ...addresses, queue_position: position }
}

const failureOf = (stored: Progress): string => {
  const body: unknown = JSON.parse(Answers.errorBody(stored.errorType ?? "internal_error"))
  return typeof body === "object" && body !== null && "detail" in body ? String(body.detail) : "failed"
}

/** What its runner printed meanwhile. */
const logsOf = (sandbox: Sandbox, stored: Progress) => {
  const runner = stored.runner === null ? null : sandbox.world.runners.find(stored.runner)
  if (runner === null || stored.startedAtMs === null) return []
  const from = new Date(stored.startedAtMs).toISOString()
  const to = new Date(stored.settledAtMs ?? Date.now()).toISOString()
  const lines = runner.logs.all().filter(({ timestamp }) => timestamp >= from && timestamp <= to)
  return lines.map((line) => ({ ...line, source: "USER" }))
}

const statusResponse = (
  sandbox: Sandbox,
  app: LiveApp,
  stored: StoredRequest & Progress,
  base: string,
  wantsLogs: boolean
): Response => {
  const status = statusOf(sandbox, app, stored, base, wantsLogs)
  const headers = { "x-fal-request-id": stored.id }
  return Response.json(status, { status: status.status === "COMPLETED" ? 200 : 202, headers })
}

const statusStream = (
  sandbox: Sandbox,
  app: LiveApp,
  id: string,
  base: string,
  wantsLogs: boolean,
  signal: AbortSignal
): Response => {
  const encoder = new TextEncoder()
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      const caller = find(sandbox, id)?.caller
      let isOver = false
      const end = () => {
        isOver = true
        forget()
      }
      const tell = () => {
        const stored = sandbox.queue.find(id)
        if (isOver || stored === null) return
        const status = statusOf(sandbox, app, stored, base, wantsLogs)
        controller.enqueue(encoder.encode(`data: ${JSON.stringify(status)}\n\n`))
        if (status.status !== "COMPLETED") return
        end()
        controller.close()
      }
      // The Fleet is in the middle of an input when it tells of a change: look when it is done.
      const forget =
        caller !== undefined && isQueuedCaller(caller) ? caller.listen(() => queueMicrotask(tell)) : () => {}
      signal.addEventListener("abort", end, { once: true })
      tell()
    }
  })
  return new Response(body, { headers: { "content-type": "text/event-stream", "cache-control": "no-cache" } })
}

const result = (sandbox: Sandbox, stored: StoredRequest & Progress): Response => {
  if (stored.outcome === null) return Answers.plainError(400, "Request is still in progress")
  if (stored.isAnswerDeleted) return Answers.plainError(404, `The result of request '${stored.id}' is not kept`)
  const runner = stored.runner === null ? null : sandbox.world.runners.find(stored.runner)
  const settled = { status: stored.status ?? 500, errorType: stored.errorType, answer: stored.answer }
  if (!stored.storesAnswer) sandbox.queue.deleteAnswer(stored.id)
  return Answers.response(settled, stored.id, runner)
}

const cancel = (sandbox: Sandbox, stored: StoredRequest & Progress): Response => {
  const live = find(sandbox, stored.id)
  if (live === null) return Response.json({ status: "ALREADY_COMPLETED" }, { status: 400 })
  sandbox.queue.cancelAsked(live.id)
  const status = sandbox.world.input((fleet, nowMs) => fleet.cancel(nowMs, live.slot, live.number, "cancelled"))
  return Response.json({ status }, { status: status === "ALREADY_COMPLETED" ? 400 : 202 })
}

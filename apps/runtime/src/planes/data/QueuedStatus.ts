import type { FleetState } from "@ebb/core/fleet/FleetState"
import { LaneIndex, RequestStage } from "@ebb/core/tables/RequestState"
import type { RequestWriter } from "../../control/RequestRecords.ts"
import { errorBody, plainError } from "../../edge/PlatformErrors.ts"
import type { LiveFleet } from "../../kernel/Kernel.ts"
import type { NamedApp } from "../../kernel/LiveApp.ts"
import type { LiveRequest } from "../../kernel/LiveRequest.ts"
import type { PayloadStore } from "../../store/PayloadStore.ts"
import type { Progress, QueueStore, StoredRequest } from "../../store/QueueStore.ts"
import type { RequestReader } from "../../store/RequestReader.ts"
import * as Answers from "./Answers.ts"
import { isQueuedCaller } from "./QueuedCaller.ts"

/** What somebody asks about a queued request of an app. */
interface Asked {
  readonly app: NamedApp
  /** Where addresses in answers start. */
  readonly base: string
  readonly kernel: LiveFleet
  readonly kept: RequestReader
  readonly payloads: PayloadStore
  readonly records: RequestWriter
  readonly store: QueueStore
  readonly wantsLogs: boolean
  /** Whoever asks is of the app's own team. */
  readonly isOwner: boolean
}

type Stored = StoredRequest & Progress

/** Where the request's own addresses start: its scheme and Host (wire compatibility: clients follow them as they are). */
export const baseOf = (request: Request, url: URL): string => {
  const host = request.headers.get("host") ?? url.host
  return `${url.protocol}//${host}/queue.fal.run`
}

const addressesOf = (base: string, app: NamedApp, id: string) => {
  const address = `${base}/${app.team}/${app.alias}/requests/${id}`
  return {
    request_id: id,
    response_url: address,
    status_url: `${address}/status`,
    cancel_url: `${address}/cancel`
  }
}

/** Queued requests ahead in service order, in back-off as if it were back; null for one that does not wait (platform rule 4.2). */
const positionOf = ({ apps, requests }: FleetState, live: LiveRequest): number | null => {
  const own = requests.all[live.slot]
  if (own === undefined || own.number !== live.number || own.runner !== null) return null
  const { lanes } = apps[live.app.slot]!
  const lane = lanes[own.lane]
  const inLane = own.stage === RequestStage.backoff ? lane.before(own.number) : lane.ahead(own)
  return own.lane === LaneIndex.low ? lanes[LaneIndex.normal].length + inLane : inLane
}

/** The answer to a submission. */
export const accepted = (state: FleetState, live: LiveRequest, base: string): Response => {
  const status = {
    status: "IN_QUEUE",
    ...addressesOf(base, live.app, live.id),
    queue_position: positionOf(state, live) ?? 0
  }
  return Response.json(status, { headers: { "x-fal-request-id": live.id } })
}

const failureOf = (errorType: string): string => {
  const body: unknown = JSON.parse(errorBody(errorType))
  return typeof body === "object" && body !== null && "detail" in body ? String(body.detail) : "failed"
}

/** What its runner printed meanwhile; for another team than the app's, while no other request was on it. */
const logsOf = ({ isOwner, kernel: { world } }: Asked, { id, runner: runnerId, settledAtMs, startedAtMs }: Stored) => {
  const runner = runnerId === null ? null : world.runners.find(runnerId)
  if (runner === null || startedAtMs === null) return []
  const from = new Date(startedAtMs).toISOString()
  const to = new Date(settledAtMs ?? Date.now()).toISOString()
  const seen = isOwner ? runner.logs.all() : runner.linesOf(id)
  const lines = seen.filter(({ timestamp }) => timestamp >= from && timestamp <= to)
  return lines.map((line) => ({ ...line, source: "USER" }))
}

const statusOf = (asked: Asked, stored: Stored) => {
  const { app, base, kernel, wantsLogs } = asked
  const addresses = addressesOf(base, app, stored.id)
  const logs = wantsLogs ? logsOf(asked, stored) : null
  const { errorType, outcome, settledAtMs, startedAtMs } = stored
  if (outcome !== null) {
    const inference = ((settledAtMs ?? 0) - (startedAtMs ?? settledAtMs ?? 0)) / 1000
    const failure = errorType === null ? {} : { error: failureOf(errorType), error_type: errorType }
    return { status: "COMPLETED", ...addresses, logs, metrics: { inference_time: inference }, ...failure }
  }
  const live = kernel.world.requests.withId(stored.id)
  const position = live === null ? 0 : positionOf(kernel.state, live)
  if (position === null) return { status: "IN_PROGRESS", ...addresses, logs }
  return { status: "IN_QUEUE", ...addresses, queue_position: position }
}

export const response = (asked: Asked, stored: Stored): Response => {
  const status = statusOf(asked, stored)
  return Response.json(status, { status: status.status === "COMPLETED" ? 200 : 202 })
}

/** The status as it is, and then each time it changes, until the request has its outcome. */
export const stream = (asked: Asked, id: string, signal: AbortSignal): Response => {
  const encoder = new TextEncoder()
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      const caller = asked.kernel.world.requests.withId(id)?.caller
      let isOver = false
      const end = () => {
        isOver = true
        forget()
      }
      const tell = () => {
        asked.records.settleNow(id)
        const stored = asked.kept.find(id)
        if (isOver || stored === null) return
        const status = statusOf(asked, stored)
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
  const type = { "content-type": "text/event-stream", "cache-control": "no-cache" }
  return new Response(body, { headers: { ...type, "transfer-encoding": "chunked" } })
}

/** `isHeard`: whether the answer itself reaches whoever asks. */
export const result = ({ kernel, payloads }: Asked, stored: Stored, isHeard: boolean): Response => {
  if (stored.outcome === null) return plainError(400, "Request is still in progress")
  if (stored.isAnswerDeleted) return plainError(404, `The result of request '${stored.id}' is not kept`)
  const runner = stored.runner === null ? null : kernel.world.runners.find(stored.runner)
  const settled = { status: stored.status ?? 500, errorType: stored.errorType, answer: stored.answer }
  if (!stored.storesAnswer && isHeard) payloads.deleteAnswer(stored.id)
  return Answers.response(settled, stored.id, runner)
}

export const cancel = ({ kernel: { world }, store }: Asked, { id }: Stored): Response => {
  const live = world.requests.withId(id)
  if (live === null) return Response.json({ status: "ALREADY_COMPLETED" }, { status: 400 })
  store.cancelAsked([live.id])
  const status = world.input((fleet, nowMs) => fleet.cancel(nowMs, live.slot, live.number, "cancelled"))
  return Response.json({ status }, { status: status === "ALREADY_COMPLETED" ? 400 : 202 })
}

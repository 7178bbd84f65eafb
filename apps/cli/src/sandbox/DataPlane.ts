import { type ApiError, call, type Connection, Unreachable } from "@ebb/protocol/rest/Client"
import * as Api from "@ebb/protocol/rest/Api"
import { Effect, Schema } from "effect"

/** An app as callers address it. */
export interface Callee {
  readonly owner: string
  /** With its environment suffix. */
  readonly alias: string
  /** Empty or with a leading slash. */
  readonly path: string
}

/** What came back for one request; `errorType` is null where the app itself answered. */
export interface Answered {
  readonly requestId: string | null
  readonly status: number
  readonly errorType: string | null
  readonly runner: string | null
  readonly isJson: boolean
  readonly text: string
}

/** `demo`, `owner/demo` or `owner/demo/path` as typed: without an owner the key's own team is meant. */
export const calleeOf = (connection: Connection, typed: string, path: string, env: string | undefined) =>
  Effect.gen(function* () {
    const [first = "", second, ...rest] = typed.split("/")
    const owner = second === undefined ? (yield* call(connection, Api.status, { params: {} })).team : first
    const name = second ?? first
    const suffix = env === undefined || env === "" || env === "main" || name.includes("--") ? "" : `--${env}`
    const behind = [...rest, path].join("/").replace(/^\/+/, "")
    return { owner, alias: `${name}${suffix}`, path: behind === "" ? "" : `/${behind}` } satisfies Callee
  })

const send = (connection: Connection, method: string, path: string, body?: string) => {
  const url = `${connection.baseUrl}${path}`
  const headers: Record<string, string> = body === undefined ? {} : { "content-type": "application/json" }
  if (connection.key !== null) headers["authorization"] = `Key ${connection.key}`
  return Effect.tryPromise({
    try: async (signal) => {
      const response = await fetch(url, { method, headers, signal, ...(body === undefined ? {} : { body }) })
      return answeredOf(response, await response.text())
    },
    catch: (because) => new Unreachable({ url, because })
  })
}

const answeredOf = ({ headers, status }: Response, text: string): Answered => ({
  requestId: headers.get("x-fal-request-id"),
  status,
  errorType: headers.get("x-fal-error-type"),
  runner: headers.get("x-ebb-runner"),
  isJson: /\bjson\b/.test(headers.get("content-type") ?? ""),
  text
})

/** Sends one direct request and waits for its answer. */
export const run = (connection: Connection, { alias, owner, path }: Callee, body: string) =>
  send(connection, "POST", `/fal.run/${owner}/${alias}${path}`, body)

/** Puts one request into the queue; the answer names its id, unless it was refused. */
export const submit = (connection: Connection, { alias, owner, path }: Callee, body: string) =>
  send(connection, "POST", `/queue.fal.run/${owner}/${alias}${path}`, body)

const Status = Schema.Struct({
  status: Schema.Literals(["IN_QUEUE", "IN_PROGRESS", "COMPLETED"]),
  queue_position: Schema.optionalKey(Schema.Int)
})
export type Status = typeof Status.Type

const decodeStatus = Schema.decodeUnknownSync(Schema.fromJsonString(Status))

const lookEveryMs = 100

const requestPath = ({ alias, owner }: Callee, id: string): string => `/queue.fal.run/${owner}/${alias}/requests/${id}`

/** Follows a queued request to its end; `seen` is told each state that it is found in. Answers its result. */
export const follow = Effect.fnUntraced(function* (
  connection: Connection,
  callee: Callee,
  id: string,
  seen: (status: Status) => Effect.Effect<void>
): Effect.fn.Return<Answered, Unreachable | ApiError> {
  for (;;) {
    const answered = yield* send(connection, "GET", `${requestPath(callee, id)}/status`)
    if (answered.status >= 400) return answered
    const status = decodeStatus(answered.text)
    yield* seen(status)
    if (status.status === "COMPLETED") return yield* send(connection, "GET", requestPath(callee, id))
    yield* Effect.sleep(lookEveryMs)
  }
})

import { Effect, Schema } from "effect"
import { type Endpoint, type ParamsOf, pathOf } from "./Endpoint.ts"

/** The server refused: its HTTP status and the sentence it gave. */
export class ApiError extends Schema.TaggedError<ApiError>()("ApiError", {
  status: Schema.Int,
  detail: Schema.String,
  method: Schema.String,
  url: Schema.String
}) {
  override get message(): string {
    return this.detail
  }
}

/** Nobody answers at that address. */
export class Unreachable extends Schema.TaggedError<Unreachable>()("Unreachable", {
  url: Schema.String,
  because: Schema.Unknown
}) {
  override get message(): string {
    return `No sandbox answers at ${new URL(this.url).host}`
  }
}

/** Where a sandbox is, and the key `ID:SECRET` to show it. */
export interface Connection {
  readonly baseUrl: string
  readonly key: string | null
}

/** What a call needs beside its endpoint. */
export interface Input<Path extends string, Query, Body> {
  readonly params: ParamsOf<Path>
  readonly query?: Query
  readonly body?: Body
}

const errorBody = Schema.Struct({ detail: Schema.String })

const detailOf = (text: string, status: number): string => {
  try {
    return Schema.decodeUnknownSync(errorBody)(JSON.parse(text)).detail
  } catch {
    return text.trim() === "" ? `HTTP ${status}` : text.trim()
  }
}

/** A request of the REST API, for answers that are no JSON: streams of events, logs, a journal. */
export const send = (connection: Connection, method: string, path: string, init: RequestInit = {}) =>
  Effect.gen(function* () {
    const url = `${connection.baseUrl}${path}`
    const headers = new Headers(init.headers)
    if (connection.key !== null) headers.set("authorization", `Key ${connection.key}`)
    const response = yield* Effect.tryPromise({
      try: (signal) => fetch(url, { signal, ...init, method, headers }),
      catch: (because) => new Unreachable({ url, because })
    })
    if (response.ok) return response
    const text = yield* Effect.promise(() => response.text())
    return yield* new ApiError({ status: response.status, detail: detailOf(text, response.status), method, url })
  })

const queryOf = (query: unknown): string => {
  const entries = Object.entries(query ?? {}).filter(([, value]) => value !== undefined)
  const text = new URLSearchParams(entries.map(([key, value]) => [key, String(value)])).toString()
  return text === "" ? "" : `?${text}`
}

/** Calls an endpoint; its answer is checked against the schema. */
export const call = <Path extends string, Query, Body, Answer>(
  connection: Connection,
  endpoint: Endpoint<Path, Query, Body, Answer>,
  input: Input<Path, Query, Body>
): Effect.Effect<Answer, ApiError | Unreachable> => {
  const path = `${pathOf(endpoint.path, input.params)}${queryOf(input.query)}`
  const json = { headers: { "content-type": "application/json" }, body: JSON.stringify(input.body ?? {}) }
  const decode = Schema.decodeUnknownEffect(endpoint.answer)
  return send(connection, endpoint.method, path, endpoint.method === "GET" ? {} : json).pipe(
    Effect.flatMap((response) => Effect.promise(() => response.json())),
    Effect.flatMap((value) => Effect.orDie(decode(value)))
  )
}

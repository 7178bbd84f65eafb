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

type Headers = Readonly<Record<string, string | ReadonlyArray<string> | undefined>>

/** What was answered; the text once it was read whole. */
interface Answer {
  readonly status: number
  readonly headers: Headers
  text: string | null
}

/** A request and, once it is there, its answer. */
export interface Exchange {
  readonly method: string
  readonly url: string
  readonly headers: Headers
  readonly body: string | null
  answer: Answer | null
}

/** Where a sandbox is, and the key `ID:SECRET` to show it. */
export interface Connection {
  readonly baseUrl: string
  readonly key: string | null
  /** The team that a browser's cookie speaks for; a key has one of its own. */
  readonly team?: string | null
  /** Whether requests go on when the page that sends them is left. */
  readonly keepalive?: true
  /** Told of every request as it leaves. */
  readonly observe?: (exchange: Exchange) => void
}

/** What a call needs beside its endpoint. */
export interface Input<Path extends string, Query, Body> {
  readonly params: ParamsOf<Path>
  readonly query?: Query
  readonly body?: Body
}

const errorBody = Schema.Struct({ detail: Schema.String })

const foreign = (url: string, status: number): string =>
  `What answers at ${new URL(url).host} is no sandbox (HTTP ${status})`

const detailOf = (text: string): string | null => {
  try {
    return Schema.decodeUnknownSync(errorBody)(JSON.parse(text)).detail
  } catch {
    return null
  }
}

const headersOf = ({ key, team = null }: Connection, body: string | null): Readonly<Record<string, string>> => ({
  ...(body === null ? {} : { "content-type": "application/json" }),
  ...(key === null ? {} : { authorization: `Key ${key}` }),
  ...(team === null ? {} : { "x-ebb-team": team })
})

/** Sends it; the response, and what is to be known of it. */
const exchanged = (connection: Connection, method: string, path: string, body: string | null) =>
  Effect.gen(function* () {
    const url = `${connection.baseUrl}${path}`
    const headers = headersOf(connection, body)
    const exchange: Exchange = { method, url, headers, body, answer: null }
    connection.observe?.(exchange)
    // Only where it is asked for: without a browser, false would end every connection.
    const lasting = connection.keepalive === true ? { keepalive: true } : {}
    const response = yield* Effect.tryPromise({
      try: (signal) => fetch(url, { signal, method, headers, body, ...lasting }),
      catch: (because) => new Unreachable({ url, because })
    })
    const { status } = response
    const answer: Answer = { status, headers: Object.fromEntries(response.headers), text: null }
    exchange.answer = answer
    if (response.ok) return { answer, response }
    const text = yield* Effect.promise(() => response.text())
    answer.text = text
    return yield* new ApiError({ status, detail: detailOf(text) ?? foreign(url, status), method, url })
  })

/** A request of the REST API, for answers that are no JSON: streams of events, logs, a journal. */
export const send = (connection: Connection, method: string, path: string) =>
  Effect.map(exchanged(connection, method, path, null), ({ response }) => response)

const queryOf = (query: unknown): string => {
  const entries = Object.entries(query ?? {}).filter(([, value]) => value !== undefined)
  const text = new URLSearchParams(entries.map(([key, value]) => [key, String(value)])).toString()
  return text === "" ? "" : `?${text}`
}

/** Calls an endpoint; its answer is checked against the schema. */
export const call = <Path extends string, Query, Body, A>(
  connection: Connection,
  endpoint: Endpoint<Path, Query, Body, A>,
  input: Input<Path, Query, Body>
): Effect.Effect<A, ApiError | Unreachable> => {
  const path = `${pathOf(endpoint.path, input.params)}${queryOf(input.query)}`
  const body = endpoint.method === "GET" ? null : JSON.stringify(input.body ?? {})
  const decode = Schema.decodeUnknownSync(endpoint.answer)
  const read = async (answer: Answer, response: Response): Promise<A> => {
    answer.text = await response.text()
    return decode(JSON.parse(answer.text))
  }
  return exchanged(connection, endpoint.method, path, body).pipe(
    Effect.flatMap(({ answer, response }) =>
      Effect.tryPromise({
        try: () => read(answer, response),
        catch: () => {
          const { status, url } = response
          return new ApiError({ status, detail: foreign(url, status), method: endpoint.method, url })
        }
      })
    )
  )
}

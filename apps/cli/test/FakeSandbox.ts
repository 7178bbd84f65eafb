import * as Api from "@ebb/protocol/rest/Api"
import type { AnyEndpoint } from "@ebb/protocol/rest/Endpoint"
import { Schema } from "effect"
import { onTestFinished } from "vitest"

type Endpoints = typeof Api
type Name = keyof Endpoints

/** A call as it came over the wire, its query and body decoded by the endpoint's schemas. */
interface Call {
  readonly name: string
  readonly params: Readonly<Record<string, string>>
  readonly query: unknown
  readonly body: unknown
}

/** The sandbox says no: an HTTP status and its sentence. */
export class Refusal {
  readonly status: number
  readonly detail: string

  constructor(status: number, detail: string) {
    this.status = status
    this.detail = detail
  }
}

type AnswerOf<E> = E extends { readonly answer: Schema.Codec<infer A, unknown> } ? A : never

/** What the fake answers to each endpoint; a call of one that is not here is a mistake of the test. */
export type Answers = {
  readonly [N in Name]?: (call: Call) => AnswerOf<Endpoints[N]> | Refusal | Promise<AnswerOf<Endpoints[N]> | Refusal>
}

/** Routes that are not in the table: streams, the data plane, `/users/current`. */
export type Other = (request: Request, url: URL) => Response | null | Promise<Response | null>

export interface FakeSandbox {
  readonly host: string
  /** All calls of the table's endpoints, in order. */
  readonly calls: ReadonlyArray<Call>
  readonly stop: () => Promise<void>
}

/** The key that the fake takes. */
export const key = "id:secret"

const refusal = ({ detail, status }: Refusal): Response => Response.json({ detail }, { status })

const namesOf = (path: string): ReadonlyArray<string> => [...path.matchAll(/:(\w+)/g)].map(([, name = ""]) => name)

const match = (endpoint: AnyEndpoint, method: string, pathname: string): Readonly<Record<string, string>> | null => {
  if (endpoint.method !== method) return null
  const pattern = new RegExp(`^${endpoint.path.replace(/:(\w+)/g, "([^/]+)")}$`)
  const found = pattern.exec(pathname)
  if (found === null) return null
  return Object.fromEntries(namesOf(endpoint.path).map((name, at) => [name, decodeURIComponent(found[at + 1] ?? "")]))
}

const decode = (schema: Schema.Codec<unknown, unknown> | null, value: unknown): unknown =>
  schema === null ? value : Schema.decodeUnknownSync(schema)(value, { onExcessProperty: "error" })

const bodyOf = async (request: Request): Promise<unknown> => {
  const text = await request.text()
  return text === "" ? {} : JSON.parse(text)
}

const endpoints: ReadonlyArray<readonly [string, AnyEndpoint]> = Object.entries(Api)

/** The answer to a call is given by name: its type was checked where the test wrote it. */
const answerOf = (answers: Answers, call: Call): unknown => {
  const handlers: Readonly<Record<string, ((call: Call) => unknown) | undefined>> = answers
  const handler = handlers[call.name]
  if (handler === undefined) throw new Error(`${call.name} was called`)
  return handler(call)
}

const user = { full_name: "Local User", nickname: "local", user_id: "local|u-1", is_personal: true }

const isUsers = (url: URL): boolean => url.pathname === "/users/current"

/**
 * A server that speaks the REST API by its table: it checks what comes and what it answers, and remembers the calls.
 * It ends with the test that started it.
 */
export const start = (answers: Answers = {}, other: Other = () => null): FakeSandbox => {
  const calls: Array<Call> = []
  const serve = async (request: Request): Promise<Response> => {
    const url = new URL(request.url)
    if (request.headers.get("authorization") !== `Key ${key}`) return refusal(new Refusal(401, "Invalid credentials"))
    const special = await other(request, url)
    if (special !== null) return special
    if (isUsers(url)) return Response.json(user)
    for (const [name, endpoint] of endpoints) {
      const params = match(endpoint, request.method, url.pathname)
      if (params === null) continue
      const query = decode(endpoint.query, Object.fromEntries(url.searchParams))
      const call = { name, params, query, body: decode(endpoint.body, await bodyOf(request)) }
      calls.push(call)
      const answer = await answerOf(answers, call)
      return answer instanceof Refusal
        ? refusal(answer)
        : Response.json(Schema.encodeUnknownSync(endpoint.answer)(answer))
    }
    return refusal(new Refusal(404, `Not found: ${request.method} ${url.pathname}`))
  }
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    idleTimeout: 0,
    fetch: serve,
    error: (error) => refusal(new Refusal(500, String(error)))
  })
  const stop = (): Promise<void> => server.stop(true)
  onTestFinished(stop)
  return { host: `127.0.0.1:${server.port}`, calls, stop }
}

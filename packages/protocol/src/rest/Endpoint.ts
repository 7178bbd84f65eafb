import type { Schema } from "effect"

/** What a key must be allowed to do: call apps, or manage them as well. */
export type Scope = "API" | "ADMIN"

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE"

/** The names behind the colons of a path. */
export type ParamsOf<Path extends string> = Path extends `${string}:${infer Name}/${infer Rest}`
  ? { readonly [K in Name | keyof ParamsOf<Rest>]: string }
  : Path extends `${string}:${infer Name}`
    ? { readonly [K in Name]: string }
    : {}

type Codec<A> = Schema.Codec<A, unknown>

/** One call of the REST API: the server's route, the client's method and the OpenAPI entry are all made from it. */
export interface Endpoint<Path extends string, Query, Body, Answer> {
  readonly method: Method
  readonly path: Path
  readonly summary: string
  readonly scope: Scope
  /** Null where it takes none. */
  readonly query: Codec<Query> | null
  readonly body: Codec<Body> | null
  readonly answer: Codec<Answer>
}

export type AnyEndpoint = Endpoint<string, unknown, unknown, unknown>

interface Options<Query, Body, Answer> {
  readonly summary: string
  readonly scope: Scope
  readonly query?: Codec<Query>
  readonly body?: Codec<Body>
  readonly answer: Codec<Answer>
}

const make =
  (method: Method) =>
  <const Path extends string, Answer, Query = {}, Body = {}>(
    path: Path,
    { answer, body, query, scope, summary }: Options<Query, Body, Answer>
  ): Endpoint<Path, Query, Body, Answer> => ({
    method,
    path,
    summary,
    scope,
    query: query ?? null,
    body: body ?? null,
    answer
  })

export const get = make("GET")
export const post = make("POST")
export const put = make("PUT")
export const patch = make("PATCH")
export const del = make("DELETE")

/** The path with its parameters filled in. */
export const pathOf = (path: string, params: Readonly<Record<string, string>>): string =>
  path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ""))

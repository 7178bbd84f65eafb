import * as Api from "@ebb/protocol/rest/Api"
import type { Endpoint, ParamsOf } from "@ebb/protocol/rest/Endpoint"
import { type Context, Effect, Result, Schema, SchemaIssue } from "effect"
import type { Context as HonoContext, Hono } from "hono"
import { type Credentials, fromAuthorization, type Principal } from "../../control/Principal.ts"
import { type Refused, refusals, refuse } from "../../control/Refused.ts"
import * as Body from "../../edge/Body.ts"
import type { Authenticator } from "../../control/Authenticator.ts"
import type { Control } from "../../control/Control.ts"
import * as Answer from "./Answer.ts"
import { sessionOf } from "./SignIn.ts"

/** What a call brings: who asks, and its decoded parts. */
export interface Asked<Path extends string, Query, Body> {
  readonly principal: Principal
  readonly params: ParamsOf<Path>
  readonly query: Query
  readonly body: Body
}

/** What a caller of the REST API showed: a key, a login token or the page's cookie. */
const credentialsOf = (c: HonoContext, cookieName: string): Credentials => {
  const header = c.req.header("authorization")
  if (header === undefined) return sessionOf(c, cookieName)
  return fromAuthorization(header, c.req.header("x-fal-user-id") ?? null)
}

export const refusal = (error: Refused | Response): Response =>
  error instanceof Response ? error : Response.json({ detail: error.detail }, { status: refusals[error.code].http })

const format = SchemaIssue.makeFormatterStandardSchemaV1()

const decode = <A>(schema: Schema.Codec<A, unknown> | null, value: unknown): Result.Result<A, Refused> => {
  // An endpoint without a schema has no such part: its type says so as well.
  if (schema === null) return Result.succeed(value as A)
  const decoded = Schema.decodeUnknownResult(schema)(value, { onExcessProperty: "error" })
  return Result.mapError(decoded, ({ issue }) => {
    const [first] = format(issue).issues
    const path = (first?.path ?? []).map((part) => String(typeof part === "object" ? part.key : part)).join(".")
    return refuse("INVALID_ARGUMENT", `${path === "" ? "request" : path}: ${first?.message ?? "is malformed"}`)
  })
}

const malformed = refuse("INVALID_ARGUMENT", "The body is not JSON")
const decoder = new TextDecoder()

/** The body as JSON; nothing counts as an empty object. */
const bodyOf = Effect.fnUntraced(function* ({
  req: { raw }
}: HonoContext): Effect.fn.Return<unknown, Refused | Response> {
  if (raw.method === "GET") return {}
  const bytes = yield* Effect.promise(() => Body.read(raw))
  if (bytes instanceof Response) return yield* Effect.fail(bytes)
  const text = decoder.decode(bytes)
  if (text.trim() === "") return {}
  const value = yield* Effect.try({ try: (): unknown => JSON.parse(text), catch: () => malformed })
  // Half of a surrogate pair would be kept as another text than was sent.
  return surrogate.test(text) && !isWellFormed(value) ? yield* illFormed : value
})

const surrogate = /\\u[dD][89a-fA-F]/
const illFormed = refuse("INVALID_ARGUMENT", "The body has a text with half of a surrogate pair")

const isWellFormed = (value: unknown): boolean => {
  if (typeof value === "string") return value.isWellFormed()
  if (typeof value !== "object" || value === null) return true
  return Object.entries(value).every(([key, inner]) => key.isWellFormed() && isWellFormed(inner))
}

/** Hono fills in what the path of the endpoint names. */
const paramsOf = <Path extends string>(c: HonoContext, _: { readonly path: Path }): ParamsOf<Path> => {
  const params: Record<string, string> = c.req.param()
  return params as ParamsOf<Path>
}

/** What each endpoint does, for a refusal by scope: its name in words. */
const actions: ReadonlyMap<unknown, string> = new Map(
  Object.entries(Api).map(([name, endpoint]) => [endpoint, name.replace(/[A-Z]/g, (char) => ` ${char.toLowerCase()}`)])
)

type Scope = "ADMIN" | "API"

/** Adds routes whose handlers are use cases: credentials and scope come first, a refusal is told with its HTTP status. */
export class Router {
  private readonly app: Hono
  private readonly authenticator: Authenticator
  private readonly context: Context.Context<Control>
  private readonly cookieName: string

  constructor(app: Hono, authenticator: Authenticator, context: Context.Context<Control>, cookieName: string) {
    this.app = app
    this.authenticator = authenticator
    this.context = context
    this.cookieName = cookieName
  }

  /** What a use case answers the caller of a request. */
  ask<A, E>(
    c: HonoContext,
    scope: Scope,
    what: string,
    handler: (principal: Principal) => Effect.Effect<A, E, Control>
  ): Promise<Result.Result<A, E | Refused>> {
    const asked = Effect.flatMap(this.authenticator.authorize(credentialsOf(c, this.cookieName), scope, what), handler)
    return Effect.runPromiseWith(this.context)(Effect.result(asked))
  }

  /** A route of its own shape; an answer that is no Response is JSON. */
  route(
    method: string,
    path: string,
    scope: Scope,
    handler: (principal: Principal, c: HonoContext) => Effect.Effect<unknown, Refused, Control>
  ): void {
    this.app.on(method, path, async (c) => {
      const result = await this.ask(c, scope, "this", (principal) => handler(principal, c))
      if (Result.isFailure(result)) return refusal(result.failure)
      return result.success instanceof Response ? result.success : Response.json(result.success)
    })
  }

  /** An endpoint of the table: its query and body are decoded by their schemas, and its answer is checked by its own. */
  serve<Path extends string, Query, Body, Answer>(
    endpoint: Endpoint<Path, Query, Body, Answer>,
    handler: (asked: Asked<Path, Query, Body>) => Effect.Effect<Answer, Refused, Control>
  ): void {
    const what = actions.get(endpoint) ?? "this"
    const encode = Schema.encodeSync(endpoint.answer)
    this.app.on(endpoint.method, endpoint.path, async (c) => {
      const result = await this.ask(
        c,
        endpoint.scope,
        what,
        Effect.fnUntraced(function* (principal) {
          const query = yield* Effect.fromResult(decode(endpoint.query, c.req.query()))
          const body = yield* bodyOf(c)
          const decoded = yield* Effect.fromResult(decode(endpoint.body, body))
          return yield* handler({ principal, params: paramsOf(c, endpoint), query, body: decoded })
        })
      )
      return Result.isSuccess(result) ? Answer.json(result.success, encode) : refusal(result.failure)
    })
  }
}

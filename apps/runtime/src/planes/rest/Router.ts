import * as Api from "@ebb/protocol/rest/Api"
import type { Endpoint, ParamsOf } from "@ebb/protocol/rest/Endpoint"
import { Effect, Result, Schema, SchemaIssue } from "effect"
import type { Context, Hono } from "hono"
import { type Credentials, fromAuthorization, type Principal } from "../../control/Principal.ts"
import { type Refused, refusals, refuse } from "../../control/Refused.ts"
import * as Body from "../../edge/Body.ts"
import type { Sandbox } from "../../Sandbox.ts"
import { sessionOf } from "./Session.ts"

/** What a call brings: who asks, and its decoded parts. */
export interface Asked<Path extends string, Query, Body> {
  readonly principal: Principal
  readonly params: ParamsOf<Path>
  readonly query: Query
  readonly body: Body
}

/** What a caller of the REST API showed: a key, a login token or the page's cookie. */
export const credentialsOf = (c: Context): Credentials => {
  const header = c.req.header("authorization")
  if (header === undefined) return sessionOf(c)
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

/** The body as JSON; nothing counts as an empty object. */
const bodyOf = Effect.fnUntraced(function* ({ req: { raw } }: Context): Effect.fn.Return<unknown, Refused | Response> {
  if (raw.method === "GET") return {}
  const bytes = yield* Effect.promise(() => Body.read(raw))
  if (bytes instanceof Response) return yield* Effect.fail(bytes)
  const text = decoder.decode(bytes)
  if (text.trim() === "") return {}
  return yield* Effect.try({ try: (): unknown => JSON.parse(text), catch: () => malformed })
})

const decoder = new TextDecoder()

/** Hono fills in what the path of the endpoint names. */
const paramsOf = <Path extends string>(c: Context, _: { readonly path: Path }): ParamsOf<Path> => {
  const params: Record<string, string> = c.req.param()
  return params as ParamsOf<Path>
}

/** What each endpoint does, for a refusal by scope: its name in words. */
const actions: ReadonlyMap<unknown, string> = new Map(
  Object.entries(Api).map(([name, endpoint]) => [endpoint, name.replace(/[A-Z]/g, (char) => ` ${char.toLowerCase()}`)])
)

/** Serves an endpoint: credentials and scope first, then its query and body by schema, then the handler; its answer is checked too. */
export const serve = <Path extends string, Query, Body, Answer>(
  app: Hono,
  sandbox: Sandbox,
  endpoint: Endpoint<Path, Query, Body, Answer>,
  handler: (asked: Asked<Path, Query, Body>) => Effect.Effect<Answer, Refused>
): void => {
  const what = actions.get(endpoint) ?? "this"
  const encode = Schema.encodeSync(endpoint.answer)
  app.on(endpoint.method, endpoint.path, async (c) => {
    const answered = Effect.gen(function* () {
      const principal = yield* sandbox.authenticator.authorize(credentialsOf(c), endpoint.scope, what)
      const query = yield* Effect.fromResult(decode(endpoint.query, c.req.query()))
      const body = yield* bodyOf(c)
      const decoded = yield* Effect.fromResult(decode(endpoint.body, body))
      const params = paramsOf(c, endpoint)
      return yield* handler({ principal, params, query, body: decoded })
    })
    const result = await Effect.runPromise(Effect.result(answered))
    return Result.isSuccess(result) ? Response.json(encode(result.success)) : refusal(result.failure)
  })
}

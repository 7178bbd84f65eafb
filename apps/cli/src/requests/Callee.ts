import * as Api from "@ebb/protocol/rest/Api"
import type { Connection } from "@ebb/protocol/rest/Client"
import { Effect } from "effect"
import { ask } from "../sandbox/Connection.ts"
import * as Answer from "./Answer.ts"
import type { Answered } from "./HttpCall.ts"

/** Where an app's callers send to. */
export interface Callee {
  readonly direct: string
  readonly queued: string
}

const withEnv = (app: string, { env }: { readonly env?: string }): string =>
  env === undefined || env === "" || env === "main" || app.includes("--") ? app : `${app}--${env}`

/** `demo`, or `owner/demo`, and a path behind it; without an owner the key's own team is meant. */
export const of = Effect.fnUntraced(function* (
  connection: Connection,
  typed: string,
  path: string,
  query: { readonly env?: string }
) {
  const [first = "", second] = typed.split("/", 2)
  const owner = second === undefined ? (yield* ask(connection, Api.status, { params: {} })).team : first
  const app = withEnv(second ?? first, query)
  const behind = path === "" || path.startsWith("/") ? path : `/${path}`
  const at = (host: string): string =>
    `${connection.baseUrl}/${host}/${encodeURIComponent(owner)}/${encodeURIComponent(app)}${behind}`
  return { direct: at("fal.run"), queued: at("queue.fal.run") } satisfies Callee
})

/** Where the platform answered that there is no such app: fails with what every command says then, the app that was meant in it. */
export const present = Effect.fnUntraced(function* (
  connection: Connection,
  app: string,
  query: { readonly env?: string },
  answered: Answered
) {
  if (answered.status !== 404 || Answer.errorTypeOf(answered) !== null || app.includes("/")) return answered
  yield* ask(connection, Api.queueSize, { params: { app }, query })
  return answered
})

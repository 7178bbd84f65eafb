import * as Api from "@ebb/protocol/rest/Api"
import type { Connection } from "@ebb/protocol/rest/Client"
import { Effect } from "effect"
import { ask } from "../sandbox/Connection.ts"

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

import * as Api from "@ebb/protocol/rest/Api"
import type { Connection } from "@ebb/protocol/rest/Client"
import { call } from "@ebb/protocol/rest/Client"
import { Effect } from "effect"
import { failure } from "../../sandbox/Connection.ts"
import * as SpecFile from "../../spec/SpecFile.ts"
import * as SettingChanges from "./SettingChanges.ts"

/** The deploy that is thought of. */
export interface Planned {
  readonly spec: string
  readonly shown: string
  readonly folder: string
  readonly appName?: string
  readonly resetScale?: boolean
}

const notFound = 404

/** The revision that an app is at; null where there is no such app. */
const currentOf = (connection: Connection, app: string, query: { readonly env?: string }) =>
  call(connection, Api.listRevisions, { params: {}, query: { ...query, app } }).pipe(
    Effect.map(({ revisions }) => revisions.find(({ is_current }) => is_current) ?? null),
    Effect.catchTag("ApiError", (error) => (error.status === notFound ? Effect.succeed(null) : Effect.fail(error))),
    Effect.mapError(failure)
  )

/** What a deploy would change of an app's settings, in lines. */
export const describe = Effect.fnUntraced(function* (
  planned: Planned,
  connection: Connection,
  asked: { readonly env?: string }
) {
  const { folder, shown, spec: text } = planned
  const source = { name: shown, words: [shown], chosen: null, text, file: shown, path: null, folder }
  const spec = yield* SpecFile.decode(source, [])
  const app = planned.appName ?? spec.app.name
  const env = asked.env ?? spec.app.env
  const current = yield* currentOf(connection, app, { env })
  const lines = SettingChanges.lines(spec, current, planned.resetScale ?? false)
  if (current === null) return `App '${app}' is new:\n${lines.join("\n")}\n`
  const none = "  no setting; runners and faults are as the spec says"
  const changed = lines.length === 0 ? none : lines.join("\n")
  return `Against revision ${current.application_id} of '${app}' the deploy changes\n${changed}\n`
})

import * as Api from "@ebb/protocol/rest/Api"
import type { Connection } from "@ebb/protocol/rest/Client"
import * as ShellWords from "@ebb/text/ShellWords"
import { Effect } from "effect"
import { Output } from "../kit/Output.ts"
import { ask } from "./Connection.ts"

const deploy = "No app yet. Write a spec with: ebb init, then deploy it with: ebb deploy ebb.yaml\n"

/** Says on stderr what to do where a list is empty; not to programs. */
export const noted = Effect.fnUntraced(function* (isEmpty: boolean, text: string) {
  const { json, note } = yield* Output
  if (isEmpty && !json) yield* note(text)
})

export const noApp = (isEmpty: boolean) => noted(isEmpty, deploy)

/** The same about what an app would do; names one that is there, so that the command works as it is. */
export const withApp = Effect.fnUntraced(function* (
  connection: Connection,
  isEmpty: boolean,
  asked: string | undefined,
  text: (app: string) => string
) {
  const { json, note } = yield* Output
  if (!isEmpty || json) return
  const { apps } = asked === undefined ? yield* ask(connection, Api.listApps, { params: {} }) : { apps: [] }
  const app = asked ?? apps[0]?.alias
  yield* note(app === undefined ? deploy : `${text(ShellWords.word(app))}\n`)
})

import type { Connection } from "@ebb/protocol/rest/Client"
import { Effect } from "effect"
import { CommandFailed } from "../cli/Errors.ts"
import * as Team from "../sandbox/Team.ts"

/** Where an app's calls go: the owner is the key's team. */
export const place = Effect.fnUntraced(function* (connection: Connection, app: string, env: { readonly env?: string }) {
  const { nickname } = yield* Team.current(connection)
  const name = env.env === undefined || env.env === "" || env.env === "main" ? app : `${app}--${env.env}`
  const of = (host: "fal.run" | "queue.fal.run") => `${connection.baseUrl}/${host}/${nickname}/${name}`
  return { direct: of("fal.run"), queued: of("queue.fal.run") }
})

/** A call of the data plane, whatever it answers. */
export const send = (connection: Connection, url: string, method: string, body: string | null) =>
  Effect.tryPromise({
    try: (signal) =>
      fetch(url, {
        signal,
        method,
        headers: { authorization: `Key ${connection.key ?? ""}`, "content-type": "application/json" },
        ...(body === null ? {} : { body })
      }),
    catch: (because) =>
      new CommandFailed({ text: `No sandbox answers at ${new URL(url).host}. Start one with: ebb up`, because })
  })

/** The text of an answer; an error status is a failed command that names its type. */
export const textOf = Effect.fnUntraced(function* (response: Response) {
  const text = yield* Effect.promise(() => response.text())
  if (response.ok) return text
  const type = response.headers.get("x-fal-error-type")
  return yield* new CommandFailed({ text: `${response.status}${type === null ? "" : ` ${type}`}: ${detailOf(text)}` })
})

const detailOf = (text: string): string => {
  try {
    const { detail } = JSON.parse(text)
    return typeof detail === "string" ? detail : text
  } catch {
    return text
  }
}

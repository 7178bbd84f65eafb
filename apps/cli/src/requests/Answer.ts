import { Effect } from "effect"
import { CommandFailed } from "../kit/Errors.ts"
import { Output } from "../kit/Output.ts"
import type { Answered } from "./HttpCall.ts"

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

const detailOf = (text: string): string => {
  const body = parsed(text)
  const detail = typeof body === "object" && body !== null && "detail" in body ? body.detail : body
  return typeof detail === "string" ? detail : text
}

const header = ({ headers }: Answered, name: string): string | null => {
  const value = headers[name]
  return typeof value === "string" ? value : null
}

/** What kind of error the platform says it is; null where the app itself answered so. */
export const errorTypeOf = (answered: Answered): string | null => header(answered, "x-fal-error-type")

const isGood = ({ status }: Answered): boolean => status >= 200 && status < 300

/** The answer, unless it is an error: then the command failed, and says of which type. */
export const checked = (answered: Answered): Effect.Effect<Answered, CommandFailed> => {
  if (isGood(answered)) return Effect.succeed(answered)
  const type = errorTypeOf(answered)
  const detail = detailOf(answered.text).trim()
  const text = type === null ? `${answered.status}: ${detail}` : `${answered.status} ${type}: ${detail}`
  return Effect.fail(new CommandFailed({ text }))
}

/** Prints an answer as it came, or with what is known of it as JSON. */
export const print = Effect.fnUntraced(function* (answered: Answered) {
  const output = yield* Output
  const { status, text } = yield* checked(answered)
  if (!output.json) {
    yield* output.result(text === "" || text.endsWith("\n") ? text : `${text}\n`)
    return 0
  }
  const requestId = header(answered, "x-fal-request-id")
  yield* output.value({ requestId, status, runner: header(answered, "x-ebb-runner"), answer: parsed(text) })
  return 0
})

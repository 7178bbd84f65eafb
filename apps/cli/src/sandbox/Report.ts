import { Effect } from "effect"
import { Output } from "../cli/Output.ts"

/** The end of a command that has nothing to say: silence, or `{"ok": true}`. */
export const silent = Effect.gen(function* () {
  const { json, value } = yield* Output
  if (json) yield* value({ ok: true })
  return 0
})

/** The end of a command that says one sentence, or one JSON value. */
export const said = Effect.fnUntraced(function* (sentence: string, value: unknown = { ok: true }) {
  const output = yield* Output
  yield* output.json ? output.value(value) : output.result(`${sentence}\n`)
  return 0
})

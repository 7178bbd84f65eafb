import { Effect } from "effect"
import { Output } from "./Output.ts"

/** The end of a command that says one thing: to people as a sentence, else as a JSON value. */
export const said = Effect.fnUntraced(function* (sentence: string, value: unknown) {
  const output = yield* Output
  yield* output.json ? output.value(value) : output.result(`${sentence}\n`)
  return 0
})

import * as Turns from "../../kernel/Turns.ts"

/** A list of more rows is large. */
const rowsAtOnce = 1000

/** Whether writing it takes so long that it has a turn of its own. */
const isLarge = (answer: unknown): boolean =>
  typeof answer === "object" &&
  answer !== null &&
  Object.values(answer).some((part) => Array.isArray(part) && part.length > rowsAtOnce)

/** A message of the event stream as JSON; a large one is written in a turn of the event loop of its own. It must not change any more. */
export const text = async (message: object): Promise<string> => {
  if (isLarge(message)) await Turns.turn()
  return JSON.stringify(message)
}

/** What a use case answered, as JSON; a large answer is encoded and written in a turn of the event loop each. It must not change any more. */
export const json = async <A>(answer: A, encode: (answer: A) => unknown): Promise<Response> => {
  if (!isLarge(answer)) return Response.json(encode(answer))
  await Turns.turn()
  const encoded = encode(answer)
  await Turns.turn()
  return Response.json(encoded)
}

import * as Turns from "../../kernel/Turns.ts"

/** A list of more rows is large. */
const rowsAtOnce = 1000

const isLarge = (answer: unknown): boolean =>
  typeof answer === "object" &&
  answer !== null &&
  Object.values(answer).some((part) => Array.isArray(part) && part.length > rowsAtOnce)

/** What a use case answered, as JSON; a large answer is encoded and written in a turn of the event loop each. It must not change any more. */
export const json = async <A>(answer: A, encode: (answer: A) => unknown): Promise<Response> => {
  if (!isLarge(answer)) return Response.json(encode(answer))
  await Turns.turn()
  const encoded = encode(answer)
  await Turns.turn()
  return Response.json(encoded)
}

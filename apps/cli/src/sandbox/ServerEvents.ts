import { Stream } from "effect"

/** The data of each event in the chunks of an event stream. */
async function* dataOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let text = ""
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true })
    const events = text.split("\n\n")
    text = events.pop() ?? ""
    for (const event of events) {
      const data = event.split("\n").filter((line) => line.startsWith("data:"))
      if (data.length > 0) yield data.map((line) => line.slice(5).trim()).join("\n")
    }
  }
}

/** Server-sent events as their data; ends where the connection does, for whatever reason. */
export const stream = (body: ReadableStream<Uint8Array>): Stream.Stream<string> =>
  Stream.catchCause(
    Stream.fromAsyncIterable(dataOf(body), (cause) => cause),
    () => Stream.empty
  )

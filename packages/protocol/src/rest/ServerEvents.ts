import { Stream } from "effect"
import { EventSourceParserStream } from "eventsource-parser/stream"

/** Server-sent events as their data; ends where the connection does, for whatever reason. */
export const stream = (body: ReadableStream<Uint8Array<ArrayBuffer>>): Stream.Stream<string> =>
  Stream.fromReadableStream({
    evaluate: () => body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream()),
    onError: (cause) => cause
  }).pipe(
    Stream.map(({ data }) => data),
    Stream.catchCause(() => Stream.empty)
  )

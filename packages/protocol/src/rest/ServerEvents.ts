import { Schema, Stream } from "effect"
import { EventSourceParserStream } from "eventsource-parser/stream"

/** The connection broke before the stream was at its end. */
export class StreamBroke extends Schema.TaggedError<StreamBroke>()("StreamBroke", { because: Schema.Unknown }) {
  override get message(): string {
    return "The connection broke"
  }
}

type Body = ReadableStream<Uint8Array<ArrayBuffer>>

/** Server-sent events as their data; fails with {@link StreamBroke} where the connection breaks. */
export const whole = (body: Body): Stream.Stream<string, StreamBroke> =>
  Stream.fromReadableStream({
    evaluate: () => body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream()),
    onError: (because) => new StreamBroke({ because })
  }).pipe(Stream.map(({ data }) => data))

/** The same, but that it ends where the connection does, for whatever reason. */
export const stream = (body: Body): Stream.Stream<string> => Stream.catchCause(whole(body), () => Stream.empty)

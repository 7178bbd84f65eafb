import { Config, Effect, Layer } from "effect"

const endpoint = Config.String("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT").pipe(
  Config.orElse(() => Config.String("OTEL_EXPORTER_OTLP_ENDPOINT")),
  Config.withDefault("")
)

/** Spans are sent when OTEL's environment variables name somebody to send them to; else nothing of it is loaded. */
export const layer = Layer.unwrap(
  Effect.gen(function* () {
    if ((yield* endpoint) === "") return Layer.empty
    const Traces = yield* Effect.promise(() => import("./Traces.ts"))
    return Traces.layer
  })
)

import { type Way, wayOf } from "@ebb/core/domain/RolloutWay"
import { RequestKind } from "@ebb/core/tables/RequestState"
import { version } from "@ebb/text/Version"
import { ConfigProvider, Context, Effect, Exit, Layer, Option, Tracer } from "effect"
import { FetchHttpClient, Headers, HttpTraceContext } from "effect/http"
import { OtlpSerialization, OtlpTracer } from "effect/observability"
import { Rollouts } from "../control/Rollouts.ts"
import { Kernel } from "../kernel/Kernel.ts"
import type { LiveRequest, Settled } from "../kernel/LiveRequest.ts"
import { Watching } from "../kernel/Watchers.ts"

const kindNames = {
  [RequestKind.direct]: "direct",
  [RequestKind.queued]: "queued",
  [RequestKind.realtime]: "realtime"
} as const

const nanoseconds = (wallMs: number): bigint => BigInt(Math.round(wallMs * 1000)) * 1000n

interface SpanOf {
  readonly name: string
  readonly parent: Option.Option<Tracer.AnySpan>
  readonly kind: Tracer.SpanKind
  readonly fromMs: number
  readonly toMs: number
  readonly attributes: Readonly<Record<string, unknown>>
  /** Null where nothing went wrong. */
  readonly error: string | null
}

interface RolloutOf {
  readonly id: string
  readonly team: string
  readonly alias: string
  readonly mode: Way
}

/** Requests and rollouts as spans over OTLP. Times are wall milliseconds. */
class Traces {
  private readonly tracer: Tracer.Tracer

  constructor(tracer: Tracer.Tracer) {
    this.tracer = tracer
  }

  private span({ attributes, error, fromMs, kind, name, parent, toMs }: SpanOf): Tracer.Span {
    const span = this.tracer.span({
      name,
      parent,
      kind,
      annotations: Context.empty(),
      links: [],
      startTime: nanoseconds(fromMs),
      root: Option.isNone(parent),
      sampled: true
    })
    for (const [key, value] of Object.entries(attributes)) span.attribute(key, value)
    span.end(nanoseconds(toMs), error === null ? Exit.void : Exit.fail(error))
    return span
  }

  /** A request from its acceptance to its outcome, below the span that its caller names, and in it its last attempt. */
  request(live: LiveRequest, { attempts, errorType, outcome, status }: Settled, toMs: number): void {
    const { app, call, id, kind, runner, startedAtMs, submittedAtMs } = live
    const error = outcome === "errored" ? (errorType ?? `status ${status}`) : null
    const named = { "ebb.team": app.team, "ebb.app": app.alias, "ebb.request": id }
    const whole = this.span({
      name: `${kindNames[kind]} ${app.alias}`,
      parent: HttpTraceContext.fromHeaders(Headers.fromInput(Object.fromEntries(call.headers))),
      kind: "server",
      fromMs: submittedAtMs,
      toMs,
      attributes: {
        ...named,
        "ebb.outcome": outcome,
        "ebb.attempts": attempts,
        "http.response.status_code": status,
        ...(errorType === null ? {} : { "error.type": errorType })
      },
      error
    })
    if (runner === null || startedAtMs === null) return
    const parent = Option.some(whole)
    const attributes = { ...named, "ebb.runner": runner.id, "ebb.revision": runner.revision.id }
    this.span({ name: "attempt", parent, kind: "internal", fromMs: startedAtMs, toMs, attributes, error })
  }

  /** A rollout from its command to the end of its last runner. */
  rollout({ alias, id, mode, team }: RolloutOf, fromMs: number, toMs: number): void {
    const attributes = { "ebb.team": team, "ebb.app": alias, "ebb.rollout": id, "ebb.mode": mode }
    const parent = Option.none()
    this.span({ name: `rollout ${alias}`, parent, kind: "internal", fromMs, toMs, attributes, error: null })
  }
}

const resource = { serviceName: "ebb", serviceVersion: version }

/** Sends as OTEL's environment variables say; what is still to be sent when it ends is sent then. */
const exporter = Effect.gen(function* () {
  const provider = yield* ConfigProvider.ConfigProvider
  // The exporter that OTEL's specification has for its default.
  const withDefault = ConfigProvider.orElse(provider, ConfigProvider.fromEnvRecord({ OTEL_TRACES_EXPORTER: "otlp" }))
  const otlp = OtlpTracer.layerFromConfig({ resource }).pipe(
    Layer.provide(OtlpSerialization.layerJson),
    Layer.provide(FetchHttpClient.layer),
    Layer.provide(ConfigProvider.layer(withDefault))
  )
  return Context.get(yield* Layer.build(otlp), Tracer.Tracer)
})

/** Traces what happens in the live world. */
export const layer = Layer.effectDiscard(
  Effect.gen(function* () {
    const traces = new Traces(yield* exporter)
    const { world } = yield* Kernel
    const rollouts = yield* Rollouts
    const watchers = yield* Watching
    watchers.add({
      settled: (request, settled) => traces.request(request, settled, Date.now()),
      rolloutChanged: (rollout, how) => {
        if (how !== "finished") return
        const { alias, team } = world.apps[rollout.app.slot]!
        const of = { id: rollouts.idOf(rollout), team, alias, mode: wayOf(rollout.order) }
        traces.rollout(of, world.clock.wallMs(rollout.startedAtMs), Date.now())
      }
    })
  })
)

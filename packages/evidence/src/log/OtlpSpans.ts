import { numberOf } from "@ebb/rows/Time"
import { type Meaning, type Seen, Outcome } from "../requests/Requests.ts"

interface Attribute {
  readonly key?: string
  readonly value?: { readonly stringValue?: string; readonly intValue?: string | number; readonly doubleValue?: number }
}

interface Span {
  readonly traceId?: string
  readonly spanId?: string
  readonly name?: string
  readonly kind?: number | string
  readonly startTimeUnixNano?: string | number
  readonly endTimeUnixNano?: string | number
  readonly attributes?: ReadonlyArray<Attribute>
  readonly status?: { readonly code?: number | string }
}

interface ResourceSpans {
  readonly resource?: { readonly attributes?: ReadonlyArray<Attribute> }
  readonly scopeSpans?: ReadonlyArray<{ readonly spans?: ReadonlyArray<Span> }>
}

/** What an OTLP exporter writes: one object a line, or one for the whole file. */
export interface OtlpDocument {
  readonly resourceSpans: ReadonlyArray<ResourceSpans>
}

const valueOf = (attributes: ReadonlyArray<Attribute> | undefined, keys: ReadonlyArray<string>): unknown => {
  const found = attributes?.find(({ key }) => key !== undefined && keys.includes(key))?.value
  return found?.stringValue ?? found?.intValue ?? found?.doubleValue
}

const runnerKeys = ["service.instance.id", "k8s.pod.name", "host.name"]
const queueKeys = ["gen_ai.latency.time_in_queue"]
const tokenKeys = ["gen_ai.usage.completion_tokens", "gen_ai.usage.output_tokens"]

const isServer = ({ kind }: Span): boolean => kind === 2 || kind === "SPAN_KIND_SERVER"
const isFailed = ({ status }: Span): boolean => status?.code === 2 || status?.code === "STATUS_CODE_ERROR"

/** Which spans are requests: vLLM's own where there are any, else those of servers. */
export type SpanKind = "llm_request" | "server"

/** The requests among the spans of a document. */
export const read = (
  { resourceSpans }: OtlpDocument,
  blank: () => Seen,
  found: (kind: SpanKind | "other", seen: Seen) => void
): void => {
  for (const { resource, scopeSpans = [] } of resourceSpans) {
    const runner = valueOf(resource?.attributes, runnerKeys)
    for (const span of scopeSpans.flatMap(({ spans = [] }) => spans)) {
      const kind = span.name === "llm_request" ? "llm_request" : isServer(span) ? "server" : "other"
      found(kind, seenIn(span, typeof runner === "string" ? runner : null, blank()))
    }
  }
}

const seenIn = (span: Span, runner: string | null, into: Seen): Seen => {
  into.arrivalMs = numberOf(span.startTimeUnixNano) / 1e6
  into.endMs = numberOf(span.endTimeUnixNano) / 1e6
  const queueS = numberOf(valueOf(span.attributes, queueKeys))
  if (Number.isFinite(queueS)) into.startMs = into.arrivalMs + queueS * 1000
  into.tokens = numberOf(valueOf(span.attributes, tokenKeys))
  into.outcome = isFailed(span) ? Outcome.error : Outcome.completed
  into.runner = runner
  into.id = span.traceId === undefined || span.spanId === undefined ? null : `${span.traceId}/${span.spanId}`
  return into
}

export const meaningOf = (kind: SpanKind, hasQueue: boolean): Meaning =>
  kind === "llm_request" && hasQueue
    ? { duration: "service", waits: true, outcomes: true }
    : { duration: "latency", waits: false, outcomes: true }

import { numberOf } from "@ebb/rows/Time"
import { reachedOf } from "../requests/Reached.ts"
import { type Meaning, type Seen, Outcome, outcomeOf } from "../requests/Requests.ts"
import type { DurationUnit } from "./DurationUnit.ts"
import { LogClock } from "./LogClock.ts"
import type { LogFormat, Took } from "./LogFormat.ts"

type Item = Readonly<Record<string, unknown>>

const isItem = (value: unknown): value is Item => typeof value === "object" && value !== null && !Array.isArray(value)

const itemIn = (line: string): Item | null => {
  try {
    const value: unknown = JSON.parse(line)
    return isItem(value) ? value : null
  } catch {
    return null
  }
}

const textOf = (value: unknown): string | null =>
  typeof value === "string" && value !== "" && value !== "-" ? value : null

/** One kind of JSON object that a program writes for each request. */
interface JsonKind {
  readonly name: string
  readonly unit: DurationUnit
  readonly anchor: "arrival" | "end"
  readonly meaning: Meaning
  readonly notes: ReadonlyArray<string>
  readonly matches: (item: Item) => boolean
  readonly take: (item: Item, into: Seen, clock: LogClock) => Took
}

/** Envoy's response flags that say the caller went away. */
const callerGone = /\b(?:DC|DPE)\b/u

const envoy: JsonKind = {
  name: "Envoy access log",
  unit: "ms",
  anchor: "arrival",
  meaning: { duration: "latency", waits: false, outcomes: true },
  notes: ["a line's time is when its request began; durations are milliseconds"],
  matches: (item) =>
    "start_time" in item && "duration" in item && ("response_code" in item || "response_flags" in item),
  take: (item, into, clock) => {
    into.arrivalMs = clock.read(item["start_time"])
    into.endMs = into.arrivalMs + numberOf(item["duration"])
    into.runner = textOf(item["upstream_host"])
    into.id = textOf(item["request_id"]) ?? textOf(item["x_request_id"])
    const isGone = callerGone.test(textOf(item["response_flags"]) ?? "")
    const status = numberOf(item["response_code"])
    into.outcome = isGone ? Outcome.userError : outcomeOf(status)
    if ("upstream_host" in item) into.reached = reachedOf(status, into.runner !== null, isGone || undefined)
    const hasDuration = textOf(item["duration"]) !== null || typeof item["duration"] === "number"
    return Number.isNaN(hasDuration ? into.endMs : into.arrivalMs) ? "broken" : "request"
  }
}

const caddy: JsonKind = {
  name: "Caddy access log",
  unit: "s",
  anchor: "end",
  meaning: { duration: "latency", waits: false, outcomes: true },
  notes: ["a line's time is when its request ended; durations are seconds"],
  matches: (item) => "ts" in item && "duration" in item && "status" in item,
  take: (item, into, clock) => {
    into.endMs = clock.read(item["ts"])
    into.arrivalMs = into.endMs - numberOf(item["duration"]) * 1000
    into.outcome = outcomeOf(numberOf(item["status"]))
    return Number.isNaN(into.arrivalMs) ? "broken" : "request"
  }
}

const k6: JsonKind = {
  name: "k6 results",
  unit: "ms",
  anchor: "end",
  meaning: { duration: "latency", waits: false, outcomes: true },
  notes: ["a point's time is when its request ended; durations are http_req_duration, milliseconds"],
  matches: (item) => typeof item["type"] === "string" && "metric" in item && "data" in item,
  take: (item, into, clock) => {
    if (item["type"] !== "Point" || item["metric"] !== "http_req_duration") return "other"
    const data = item["data"]
    if (!isItem(data)) return "broken"
    into.endMs = clock.read(data["time"])
    into.arrivalMs = into.endMs - numberOf(data["value"])
    const tags = data["tags"]
    if (isItem(tags)) into.outcome = outcomeOf(numberOf(tags["status"]))
    return Number.isNaN(into.arrivalMs) ? "broken" : "request"
  }
}

const vegeta: JsonKind = {
  name: "vegeta results",
  unit: "ns",
  anchor: "arrival",
  meaning: { duration: "latency", waits: false, outcomes: true },
  notes: ["a result's time is when its request was sent; latencies are nanoseconds"],
  matches: (item) => "latency" in item && "timestamp" in item && "code" in item,
  take: (item, into, clock) => {
    into.arrivalMs = clock.read(item["timestamp"])
    into.endMs = into.arrivalMs + numberOf(item["latency"]) / 1e6
    into.outcome = outcomeOf(numberOf(item["code"]))
    return Number.isNaN(into.endMs) ? "broken" : "request"
  }
}

const kinds = [envoy, caddy, k6, vegeta]

/** JSON Lines of a program that is known by the keys of its objects. */
export class JsonLog implements LogFormat {
  readonly name: string
  private readonly kind: JsonKind
  private readonly clock = new LogClock()

  constructor(kind: JsonKind) {
    this.kind = kind
    this.name = kind.name
  }

  unit() {
    return this.kind.unit
  }

  anchor() {
    return this.kind.anchor
  }

  /** The format of a line; null when no program is known by it. */
  static of(line: string): JsonLog | null {
    const item = itemIn(line)
    const kind = item === null ? undefined : kinds.find(({ matches }) => matches(item))
    return kind === undefined ? null : new JsonLog(kind)
  }

  read(line: string, into: Seen): Took {
    const item = itemIn(line)
    if (item === null) return "broken"
    if (this.kind.matches(item)) return this.kind.take(item, into, this.clock)
    // Caddy and others write more than requests into one file.
    return "msg" in item || "message" in item ? "other" : "broken"
  }

  meaning(): Meaning {
    return this.kind.meaning
  }

  notes(): ReadonlyArray<string> {
    return this.kind.notes
  }
}

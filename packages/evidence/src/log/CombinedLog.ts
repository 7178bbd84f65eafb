import { reachedOf } from "../requests/Reached.ts"
import { type Seen, outcomeOf } from "../requests/Requests.ts"
import { LogClock } from "./LogClock.ts"
import type { LogFormat, Took } from "./LogFormat.ts"

const pattern =
  /\[(\d{2}\/[A-Z][a-z]{2}\/\d{4}:[\d:]{8} [+-]\d{4})\] "(?:[^"\\]|\\.)*" (\d{3}) (?:\d+|-)(?: "(?:[^"\\]|\\.)*" "(?:[^"\\]|\\.)*")?(.*)$/u

/** Words after the user agent: `0.123`, `"0.1, 0.2"`, `0.1, 0.2`, `rt=0.123`, `urt="0.120"`. */
const word = /(?:([a-z_]+)[=:])?(?:"((?:[^"\\]|\\.)*)"|(\S+(?:(?<=,) \S+| : \S+)*))/giu

const keys: Readonly<Record<string, keyof Extra>> = {
  rt: "requestS",
  request_time: "requestS",
  urt: "upstream",
  upstream_response_time: "upstream",
  uaddr: "runner",
  upstream_addr: "runner",
  upstream: "runner",
  msec: "msec",
  rid: "id",
  request_id: "id",
  d: "wholeTime",
  t: "wholeTime"
}

/** What stands after the fields that every combined log has. */
interface Extra {
  requestS: string | null
  upstream: string | null
  runner: string | null
  msec: string | null
  id: string | null
  wholeTime: string | null
}

const address = /^[\w.-]+:\d{2,5}(?:[ ,:]|$)/u
const seconds = /^\d+\.\d+$/u
const times = /^(?:\d+\.\d+|-)(?:(?:, | : )(?:\d+\.\d+|-))*$/u

const placeOf = (value: string, extra: Extra): keyof Extra | null => {
  if (seconds.test(value) && Number(value) > 1e9) return "msec"
  if (seconds.test(value) && extra.requestS === null) return "requestS"
  if (times.test(value)) return extra.requestS === null ? null : "upstream"
  if (/^\d+$/u.test(value)) return extra.requestS === null ? "wholeTime" : null
  if (address.test(value)) return "runner"
  return /^[0-9a-f-]{16,}$/iu.test(value) ? "id" : null
}

const extrasIn = (text: string): Extra => {
  const extra: Extra = { requestS: null, upstream: null, runner: null, msec: null, id: null, wholeTime: null }
  for (const [, key, inQuotes, plain] of text.matchAll(word)) {
    const value = inQuotes ?? plain ?? ""
    const place = key === undefined ? placeOf(value, extra) : keys[key.toLowerCase()]
    // A variable that is no time may have been empty in the place of one.
    if (place !== undefined && place !== null && (extra[place] ?? "-") === "-") extra[place] = value
  }
  return extra
}

/** Values of several upstreams, after retries, are separated by `, ` and ` : `; a `-` means none. */
const attemptsOf = (upstream: string): ReadonlyArray<number> =>
  upstream
    .split(/, | : /u)
    .map(Number)
    .filter((value) => Number.isFinite(value))

/** A median above this cannot be whole seconds of an answer, below it not microseconds. */
const usFrom = 1000

/** nginx and Apache access logs: combined, with whatever times follow the user agent. */
export class CombinedLog implements LogFormat {
  readonly name = "combined access log"
  private readonly clock = new LogClock()
  private counts = { lines: 0, request: 0, upstream: 0, whole: 0, msec: 0, retried: 0 }
  private readonly wholeMs: number

  /** `sample`: the first lines, by which whole numbers are known to be Apache's %D (µs) or %T (s). */
  constructor(sample: ReadonlyArray<string>) {
    const values = sample.flatMap((line) => {
      const text = extrasIn(pattern.exec(line)?.[3] ?? "").wholeTime
      return text === null ? [] : [Number(text)]
    })
    const middle = values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0
    this.wholeMs = middle >= usFrom ? 1e-3 : 1000
  }

  unit(): "s" | "us" {
    return this.counts.request > 0 || this.wholeMs === 1000 ? "s" : "us"
  }

  anchor(): "arrival" | "end" {
    return this.counts.request > 0 ? "end" : "arrival"
  }

  static matches(line: string): boolean {
    return pattern.test(line)
  }

  read(line: string, into: Seen): Took {
    const found = pattern.exec(line)
    if (found === null) return "broken"
    const timeMs = this.clock.common(found[1]!)
    if (Number.isNaN(timeMs)) return "broken"
    this.counts.lines++
    into.outcome = outcomeOf(Number(found[2]))
    const extra = extrasIn(found[3]!)
    into.runner = extra.runner?.split(/, | : /u).at(-1) ?? null
    into.id = extra.id
    if (into.runner === "-") into.runner = null
    if (extra.upstream !== null)
      into.reached = reachedOf(Number(found[2]), into.runner !== null || attemptsOf(extra.upstream).length > 0)
    this.times(timeMs, extra, into)
    return "request"
  }

  private times(timeMs: number, { msec, requestS, upstream, wholeTime }: Extra, into: Seen): void {
    if (requestS !== null)
      return this.ended(msec === null ? timeMs : this.precise(msec), Number(requestS) * 1000, upstream, into)
    into.arrivalMs = msec === null ? timeMs : this.precise(msec)
    if (wholeTime === null) return
    this.counts.whole++
    into.endMs = timeMs + Number(wholeTime) * this.wholeMs
  }

  private precise(msec: string): number {
    this.counts.msec++
    return Number(msec) * 1000
  }

  /** nginx writes a line when the request ended. */
  private ended(endMs: number, requestMs: number, upstream: string | null, into: Seen): void {
    this.counts.request++
    into.endMs = endMs
    into.arrivalMs = endMs - requestMs
    const attempts = upstream === null ? [] : attemptsOf(upstream)
    const last = attempts.at(-1)
    if (last === undefined) return
    this.counts.upstream++
    if (attempts.length > 1) this.counts.retried++
    into.startMs = Math.max(into.arrivalMs, endMs - last * 1000)
  }

  meaning() {
    const { request, upstream, whole } = this.counts
    const duration =
      upstream > 0 ? ("service" as const) : request + whole > 0 ? ("latency" as const) : ("none" as const)
    return { duration, waits: false, outcomes: true }
  }

  notes(): ReadonlyArray<string> {
    const { lines, msec, request, retried, upstream, whole } = this.counts
    if (request + whole === 0)
      return ["it has no durations: add $request_time to nginx's log_format, %D to Apache's LogFormat"]
    const unit = this.wholeMs === 1000 ? "seconds, Apache's %T" : "microseconds, Apache's %D"
    return [
      ...(request > 0 ? [`a line's time is when its request ended; it arrived $request_time earlier`] : []),
      ...(whole > 0 ? [`a line's time is when its request began; whole numbers after it are ${unit}`] : []),
      ...(upstream > 0 ? ["work is $upstream_response_time, of several the last"] : []),
      ...(retried > 0 ? [`${retried} of ${lines} requests went to more than one upstream`] : []),
      ...(msec === 0
        ? ["times come in whole seconds, so arrivals are a second apart at best; $msec would be finer"]
        : [])
    ]
  }
}

import * as Format from "@ebb/text/Format"
import { reachedOf } from "../requests/Reached.ts"
import { type Seen, outcomeOf } from "../requests/Requests.ts"
import { LogClock } from "./LogClock.ts"
import type { LogFormat, Took } from "./LogFormat.ts"

const start = /^(?:https?|h2|grpcs?|wss?) \d{4}-\d{2}-\d{2}T/u

/** Access logs of AWS application load balancers. */
export class AlbLog implements LogFormat {
  readonly name = "AWS load balancer access log"
  private readonly clock = new LogClock()
  private failed = 0

  unit() {
    return "s" as const
  }

  anchor() {
    return "end" as const
  }

  static matches(line: string): boolean {
    return start.test(line)
  }

  read(line: string, into: Seen): Took {
    const [, time, , , target, request, work, response, elbStatus] = line.split(" ", 9)
    const endMs = this.clock.read(time)
    const seconds = [request, work, response].map(Number)
    if (Number.isNaN(endMs) || seconds.some((value) => Number.isNaN(value))) return "broken"
    const [requestMs, workMs, responseMs] = seconds.map((value) => value * 1000)
    into.outcome = outcomeOf(Number(elbStatus))
    into.runner = target === "-" ? null : target!
    into.reached = reachedOf(Number(elbStatus), into.runner !== null)
    // -1 where the request reached no target, or the target closed.
    if (requestMs! < 0 || workMs! < 0 || responseMs! < 0) {
      if (into.runner !== null) this.failed++
      into.arrivalMs = endMs
      return "request"
    }
    into.arrivalMs = endMs - requestMs! - workMs! - responseMs!
    into.startMs = into.arrivalMs + requestMs!
    into.endMs = into.startMs + workMs!
    return "request"
  }

  meaning() {
    return { duration: "service" as const, waits: false, outcomes: true }
  }

  notes(): ReadonlyArray<string> {
    const lost = this.failed === 0 ? [] : [`${Format.counted(this.failed, "request")} lost the target (times of -1)`]
    return ["a line's time is when its request ended; work is target_processing_time", ...lost]
  }
}

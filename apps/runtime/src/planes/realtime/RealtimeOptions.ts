import { Result } from "effect"
import type { IncomingMessage } from "node:http"
import * as Options from "../data/Options.ts"

/** Unless a caller says with `max_buffering` how many messages may wait, none is dropped. */
const waitingMaxDefault = Infinity

/** How a caller wants its session. */
export interface RealtimeOptions {
  /** How long a simulated runner takes for a message, Fleet milliseconds; null: as its profile says. */
  readonly serviceMs: number | null
  readonly waitingMax: number
}

/** Those of a request, or what is wrong with one of them. */
export const read = (request: IncomingMessage, query: URLSearchParams): Result.Result<RealtimeOptions, string> =>
  Result.gen(function* () {
    const service = request.headers["x-ebb-service"]
    const serviceMs = yield* Options.service(typeof service === "string" ? service : null)
    const buffering = query.get("max_buffering")
    if (buffering === null) return { serviceMs, waitingMax: waitingMaxDefault }
    const waitingMax = Number(buffering)
    if (/^\d+$/.test(buffering) && waitingMax >= 1 && waitingMax <= 60) return { serviceMs, waitingMax }
    return yield* Result.fail(`max_buffering must be a whole number from 1 to 60, got '${buffering}'`)
  })

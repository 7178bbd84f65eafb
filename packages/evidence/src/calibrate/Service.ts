import type { ServiceModel } from "@ebb/sim/workload/TrafficModel"
import { workMs } from "../learn/Interference.ts"
import type { Requests } from "../requests/Requests.ts"

/**
 * How long each request was in work, or would have been alone on its runner: as seen, or by its tokens as the spec reckons;
 * NaN of what failed.
 */
export interface SeenService {
  readonly ms: Float64Array
  readonly from: "seen" | "tokens"
}

export const seenService = (requests: Requests, model: ServiceModel, interference: number): SeenService | null => {
  if (requests.meaning.duration !== "none") {
    return { ms: workMs(requests, interference), from: "seen" }
  }
  if (!("firstMs" in model) || Number.isNaN(requests.tokens[0] ?? NaN)) return null
  return { ms: requests.tokens.map((tokens) => model.firstMs + model.eachMs * tokens), from: "tokens" }
}

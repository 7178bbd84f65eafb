import type { RehearsalSpec } from "@ebb/sim/spec/Spec"

/** What of the traffic comes from traces: that is the same under every seed. */
export interface Traces {
  /** They give every arrival, and no service time is drawn: then all seeds are one and the same day. */
  readonly isAll: boolean
  /** When the shortest of them has its last request. */
  readonly endMs: number
}

type ServiceText = NonNullable<RehearsalSpec["text"]["traffic"]>[number]["service"]

const isDrawn = (service: ServiceText): boolean => {
  if (typeof service !== "object" || "column" in service) return false
  return !("tokens" in service) || typeof service.tokens.generated === "object"
}

/** When a source sends its last request; Infinity where it goes on. */
const endOf = ({ arrivals }: RehearsalSpec["traffic"][number]): number =>
  arrivals.kind === "trace" ? (arrivals.timesMs.at(-1) ?? 0) : Infinity

/** Null without a trace. */
export const of = ({ text, traffic }: RehearsalSpec): Traces | null => {
  const traced = traffic.filter(({ arrivals }) => arrivals.kind === "trace")
  if (traced.length === 0) return null
  const services = (text.traffic ?? []).map(({ service }) => service ?? text.runner?.service)
  return {
    isAll: traced.length === traffic.length && !services.some(isDrawn),
    endMs: Math.min(...traced.map(endOf))
  }
}

import { hasDrawnService } from "@ebb/sim/report/MomentReport"
import type { RehearsalSpec } from "@ebb/sim/spec/Spec"

/** What of the traffic comes from traces: that is the same under every seed. */
export interface Traces {
  /** They give every arrival, and no service time is drawn: then all seeds are one and the same day. */
  readonly isAll: boolean
  /** When the shortest of them has its last request. */
  readonly endMs: number
}

/** When a source sends its last request; Infinity where it goes on. */
const endOf = ({ arrivals }: RehearsalSpec["traffic"][number]): number =>
  arrivals.kind === "trace" ? (arrivals.timesMs.at(-1) ?? 0) : Infinity

/** Null without a trace. */
export const of = ({ text, traffic }: RehearsalSpec): Traces | null => {
  const traced = traffic.filter(({ arrivals }) => arrivals.kind === "trace")
  if (traced.length === 0) return null
  return {
    isAll: traced.length === traffic.length && !traffic.some((_, index) => hasDrawnService(text, index)),
    endMs: Math.min(...traced.map(endOf))
  }
}

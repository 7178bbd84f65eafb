import { hasDrawnService } from "@ebb/sim/report/MomentReport"
import type { RehearsalSpec } from "@ebb/sim/spec/Spec"
import { spanMs } from "@ebb/sim/spec/SpecOfSeed"

/**
 * Whether requests of a trace are the same in every seed, when they come and how long they take. However many seeds there are,
 * such requests are one sample; and of a whole of which they are a part no more can be told than of that part.
 */
export const repeatsRequests = ({ run, text, traffic }: RehearsalSpec): boolean =>
  traffic.some(
    ({ arrivals }, index) =>
      arrivals.kind === "trace" && (arrivals.timesMs[0] ?? Infinity) < run.forMs && !hasDrawnService(text, index)
  )

/** Whether each seed also rolls out at the same moment of it, so that every rollout meets the same requests. */
export const repeatsRollouts = (spec: RehearsalSpec): boolean => repeatsRequests(spec) && spanMs(spec) === 0

import * as Format from "@ebb/text/Format"
import type { RehearsalReport } from "./RehearsalReport.ts"
import { spanMs } from "../spec/SpecOfSeed.ts"
import type { RehearsalSpec } from "../spec/Spec.ts"

type Source = RehearsalSpec["traffic"][number]

const isTrace = ({ arrivals }: Source): boolean => arrivals.kind === "trace"

const isDrawn = (distribution: unknown): boolean => typeof distribution === "object" && distribution !== null

/** Whether the service times of a source differ between the seeds: a constant and a column of a trace do not. */
export const hasDrawnService = ({ runner, traffic = [] }: RehearsalSpec["text"], index: number): boolean => {
  const service = traffic[index]?.service ?? runner?.service
  if (typeof service !== "object" || "column" in service) return false
  return "tokens" in service ? isDrawn(service.tokens.generated) : true
}

const hasDrawnStarts = ({ runner = {} }: RehearsalSpec["text"]): boolean => {
  const { docker_pull: pull, scheduling, setup } = runner
  if (isDrawn(scheduling) || isDrawn(setup)) return true
  if (typeof pull !== "object") return false
  const { cached = 0, time } = "time" in pull ? pull : { time: pull }
  return isDrawn(time) || (cached > 0 && cached < 1)
}

const hasFaults = ({ crash, plan: _, ...probabilities }: RehearsalSpec["faults"]): boolean =>
  crash !== null || Object.values(probabilities).some((probability) => probability > 0)

/** What differs between the seeds, beside the moment. */
const variesIn = ({ faults, text, traffic }: RehearsalSpec): ReadonlyArray<string> => [
  ...(traffic.every(isTrace) ? [] : ["arrivals"]),
  ...(traffic.some(({ queued }) => queued > 0 && queued < 1) ? ["which requests are queued"] : []),
  ...(traffic.some((_, index) => hasDrawnService(text, index)) ? ["service times"] : []),
  ...(traffic.some(({ patience }) => patience !== null) ? ["patience"] : []),
  ...(hasDrawnStarts(text) ? ["starts of runners"] : []),
  ...(hasFaults(faults) ? ["faults"] : [])
]

const listed = (words: ReadonlyArray<string>): string =>
  words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)!}`

const spread = (fromMs: number, toMs: number, others: ReadonlyArray<string>): string => {
  const beside = others.length === 0 ? "nothing else varies" : `what else varies: ${listed(others)}`
  return `Each seed rolls out at another moment of the trace, from ${Format.duration(fromMs)} to ${Format.duration(toMs)}; ${beside}.`
}

const fixed = (others: ReadonlyArray<string>): string =>
  others.length === 0
    ? "One moment of one trace: nothing varies between the seeds, so there are no intervals."
    : `One moment of one trace: the seeds differ only in ${listed(others)}, and the intervals tell of nothing else.`

/** When the seeds roll out and what varies between them; null without a rollout. */
export const momentReport = (spec: RehearsalSpec, seeds: number): RehearsalReport["moment"] => {
  if (spec.rollouts.length === 0) return null
  const others = variesIn(spec)
  const fromMs = Math.min(...spec.rollouts.map(({ atMs }) => atMs))
  const toMs = fromMs + (seeds > 1 ? spanMs(spec) : 0)
  const isSpread = toMs > fromMs
  const varies = seeds === 1 ? [] : [...(isSpread ? ["the moment of the rollout"] : []), ...others]
  if (!spec.traffic.some(isTrace)) return { fromMs, toMs, varies, note: null }
  const single = "One moment of one trace: one seed has no intervals."
  return { fromMs, toMs, varies, note: seeds === 1 ? single : isSpread ? spread(fromMs, toMs, others) : fixed(others) }
}

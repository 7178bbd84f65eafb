import type { Fleet } from "@ebb/core/fleet/Fleet"
import type { FleetPort } from "@ebb/core/fleet/FleetPort"
import { Outcome as FleetOutcome } from "@ebb/core/tables/RequestState"
import { Simulation } from "@ebb/sim/experiment/Simulation"
import type { RehearsalSpec } from "@ebb/sim/spec/Spec"
import { plainFleet } from "@ebb/sim/world/VirtualWorld"
import { Effect } from "effect"
import { aloneMs } from "../learn/Interference.ts"
import { mean } from "../learn/Sample.ts"
import { Outcome } from "../requests/Requests.ts"
import type { Split } from "./Split.ts"

/** How far off the latency of single requests is where each takes as long as it was seen to. */
export interface Replayed {
  /** Mean of |predicted − seen| / seen. */
  readonly errorPercent: number
  /** Mean of (predicted − seen) / seen: above 0 the spec is too slow. */
  readonly biasPercent: number
  readonly n: number
}

const eventsAtATime = 20_000

/** A world that tells of each completed request how long it took, by its number. */
const watched =
  (latencies: Map<number, number>) =>
  (port: FleetPort): Fleet => {
    let fleet: Fleet | null = null
    const inner = Object.create(port) as FleetPort
    inner.settle = (request) => {
      const ms = fleet!.state.nowMs - request.submittedAtMs
      if (request.outcome === FleetOutcome.completed) latencies.set(request.number, ms)
      port.settle(request)
    }
    fleet = plainFleet(inner)
    return fleet
  }

/** Runs the checked part once more, each request with its own time of work; null where the source does not know it. */
export const replay = Effect.fnUntraced(function* (spec: RehearsalSpec, split: Split, interference: number) {
  const { at: checkedFrom, requests } = split
  const [source] = spec.traffic
  if (requests.meaning.duration !== "service" || source?.arrivals.kind !== "trace") return null
  const first = requests.count - source.arrivals.timesMs.length
  const valuesMs = aloneMs(requests, interference)
    .slice(first)
    .map((ms) => (ms > 0 ? ms : 0))
  const own = { ...spec, traffic: [{ ...source, service: { kind: "column", valuesMs } as const }] }
  const latencies = new Map<number, number>()
  const simulation = new Simulation(
    own,
    spec.rollouts.length === 0 ? "none" : "graceful",
    spec.run.seed,
    watched(latencies)
  )
  while (!simulation.advance(spec.run.forMs, eventsAtATime)) yield* Effect.sleep(0)
  const errors: Array<number> = []
  for (let at = checkedFrom; at < requests.count; at++) {
    const seen = requests.endMs[at]! - requests.arrivalMs[at]!
    // Requests are numbered from 1 on in order of their arrival.
    const predicted = latencies.get(at - first + 1)
    if (predicted !== undefined && seen > 0 && requests.outcome[at] === Outcome.completed)
      errors.push((predicted - seen) / seen)
  }
  if (errors.length === 0) return null
  return {
    errorPercent: mean(errors.map(Math.abs)) * 100,
    biasPercent: mean(errors) * 100,
    n: errors.length
  } satisfies Replayed
})

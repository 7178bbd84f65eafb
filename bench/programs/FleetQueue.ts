import * as Simulation from "@ebb/sim/experiment/Simulation"
import * as Spec from "@ebb/sim/spec/Spec"
import { Result } from "effect"
import type { Outcome, Queue } from "./BareQueue.ts"

/** The queue as a rehearsal: one runner a server, which are there from the beginning. */
export const specOf = ({ forMs, meanServiceMs, perMs, servers }: Queue): Spec.RehearsalSpec =>
  Result.getOrThrow(
    Spec.fromJson(
      {
        app: { machine_type: "GPU-H100", max_multiplexing: 1 },
        scaling: { min_concurrency: servers, max_concurrency: servers },
        runner: { scheduling: "0s", setup: "0s" },
        traffic: [
          {
            kind: "direct",
            arrivals: { poisson: `${perMs * 1000}/s` },
            service: { exponential: { mean: `${meanServiceMs}ms` } }
          }
        ],
        run: { for: `${forMs}ms`, warmup: "0s", modes: ["none"], seeds: 1 }
      },
      { file: "bench", readFile: () => "" }
    )
  )

/** The queue in the virtual world, with the whole Fleet and the measures of a rehearsal. */
export const run = (queue: Queue): Outcome => {
  const { latencyMs, requests } = Simulation.run(specOf(queue), "none", queue.seed)
  return { requests: requests.accepted, meanLatencyMs: latencyMs.whole?.mean ?? 0 }
}

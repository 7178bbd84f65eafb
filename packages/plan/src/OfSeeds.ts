import { Jobs } from "@ebb/sim/jobs/Jobs"
import * as Progress from "@ebb/sim/jobs/Progress"
import type { Task } from "@ebb/sim/jobs/Task"
import type { RehearsalSpec } from "@ebb/sim/spec/Spec"
import { Effect } from "effect"
import type { OnProgress } from "./OnProgress.ts"

/** Does a task for every seed of a spec, in order of the seeds; `steps`: what a job tells when it is done. */
export const run = Effect.fnUntraced(function* <In, Out>(
  task: Task<In, Out>,
  spec: RehearsalSpec,
  inputOf: (seed: number) => In,
  steps: number,
  onProgress: OnProgress
) {
  const jobs = yield* Jobs
  const { seed: first, seeds } = spec.run
  const tell = Progress.sumOf((done, requests) => onProgress(done, seeds * steps, requests))
  const all = Array.from({ length: seeds }, (_, index) => index)
  jobs.expect(seeds)
  return yield* Effect.forEach(all, (index) => jobs.run(task, spec, inputOf(first + index), tell(index)), {
    concurrency: jobs.atOnce
  })
})

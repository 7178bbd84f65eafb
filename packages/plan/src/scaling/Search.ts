import { Jobs } from "@ebb/sim/jobs/Jobs"
import type { RehearsalSpec } from "@ebb/sim/spec/Spec"
import { Effect } from "effect"
import type { Setting } from "./Candidates.ts"
import { Field } from "./Field.ts"
import type { Slo } from "./Slo.ts"
import * as Trial from "./Trial.ts"
import { Tried } from "./Tried.ts"

/** What is searched, and for how long. */
export interface SearchInput {
  readonly candidates: ReadonlyArray<Setting>
  readonly today: Setting
  readonly slos: ReadonlyArray<Slo>
  readonly runsMost: number
}

/** Called now and then: runs done, candidates left, requests so far. */
export type OnProgress = (runs: number, left: number, requests: number) => void

/** Gives candidates their further seeds, the same for all. */
const runner = Effect.fnUntraced(function* (
  spec: RehearsalSpec,
  { slos }: SearchInput,
  onProgress: (runs: number, requests: number) => void
) {
  const jobs = yield* Jobs
  const modes = [...new Set(slos.map(({ mode }) => mode))]
  const progress = { runs: 0, requests: 0 }
  const one = Effect.fnUntraced(function* ({ setting }: Tried, seed: number) {
    const output = yield* jobs.run(Trial.task, spec, { setting, slos, modes, seed: spec.run.seed + seed })
    progress.runs += modes.length
    progress.requests += output.requests
    onProgress(progress.runs, progress.requests)
    return output
  })
  const give = Effect.fnUntraced(function* (those: ReadonlyArray<Tried>, seeds: number) {
    const trials = those.flatMap((tried) =>
      Array.from({ length: Math.max(0, seeds - tried.seeds) }, (_, at) => ({ tried, seed: tried.seeds + at }))
    )
    jobs.expect(trials.length)
    const outputs = yield* Effect.forEach(trials, ({ seed, tried }) => one(tried, seed), { concurrency: jobs.atOnce })
    for (const [at, output] of outputs.entries()) trials[at]!.tried.add(output)
  })
  return { give, modes, progress }
})

/**
 * The cheapest candidate that meets every SLO. All get the same seeds, ten at first; who is known to break an SLO leaves, and who
 * is known to be dearer than one that meets them all stands back while it does; the others get more seeds.
 */
export const search = Effect.fnUntraced(function* (
  spec: RehearsalSpec,
  input: SearchInput,
  onProgress: OnProgress = () => {}
) {
  const all = input.candidates.map((setting) => new Tried(setting, input.slos))
  const field = new Field(all, input.today)
  const { give, modes, progress } = yield* runner(spec, input, (runs, requests) =>
    onProgress(runs, field.inQuestion.length, requests)
  )
  let isOutOfRuns = false
  for (let next = field.next; next !== null && !field.isSettled; next = field.next) {
    const { seeds, those } = next
    const needed = those.reduce((sum, tried) => sum + seeds - tried.seeds, 0) * modes.length
    isOutOfRuns = progress.runs + needed > input.runsMost
    if (isOutOfRuns) break
    yield* give(those, seeds)
    field.look(those)
  }
  return { all, cheapest: field.cheapest, give, isSettled: field.isSettled, isOutOfRuns, progress }
})

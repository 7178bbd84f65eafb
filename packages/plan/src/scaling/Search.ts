import { Jobs } from "@ebb/sim/jobs/Jobs"
import type { RehearsalSpec } from "@ebb/sim/spec/Spec"
import { Effect } from "effect"
import type { Setting } from "./Candidates.ts"
import * as KimNelson from "./KimNelson.ts"
import type { Slo } from "./Slo.ts"
import * as Trial from "./Trial.ts"
import { Tried } from "./Tried.ts"

/** Seeds that every candidate gets. */
export const firstSeeds = 10
/** How likely the cheapest may be another one, and by how much it must be cheaper for that to matter. */
const wrong = 0.05
const indifferentShare = 0.01
/** Each look takes so many times the seeds of the one before. */
const growth = 1.3
/** Looks that there can be: with more seeds than that nobody waits for the end. */
const looksMost = 14

/** What is searched, and for how long. */
export interface SearchInput {
  readonly candidates: ReadonlyArray<Setting>
  readonly slos: ReadonlyArray<Slo>
  readonly runsMost: number
}

/** Called now and then: runs done, candidates left, requests so far. */
export type OnProgress = (runs: number, left: number, requests: number) => void

/** The candidates that are still in question, and those that are known to hold among them. */
class Field {
  private left: ReadonlyArray<Tried>
  private readonly count: number
  private selection: KimNelson.Selection | null = null

  constructor(all: ReadonlyArray<Tried>) {
    this.left = all
    this.count = all.length
  }

  get inQuestion(): ReadonlyArray<Tried> {
    return this.left
  }

  get isSettled(): boolean {
    return this.left.length === 0 || (this.left.length === 1 && this.left[0]!.holds)
  }

  /** After every candidate left got the same seeds: who fails an SLO leaves, and who is dearer than one that holds. */
  look(): void {
    for (const tried of this.left) tried.judge(wrong / this.count / looksMost)
    this.left = this.left.filter(({ fails }) => !fails)
    if (this.left.length === 0) return
    this.selection ??= this.begin()
    const holding = this.left.filter(({ holds }) => holds)
    this.left = this.left.filter((tried) => !holding.some((other) => this.isDearer(tried, other)))
  }

  private begin(): KimNelson.Selection {
    const least = Math.min(...this.left.map(({ meanCost }) => meanCost))
    const indifference = Math.max(least * indifferentShare, Number.MIN_VALUE)
    return { first: firstSeeds, candidates: this.count, wrong, indifference }
  }

  private isDearer(tried: Tried, other: Tried): boolean {
    if (tried === other) return false
    const by = tried.meanCost - other.meanCost
    const margin = KimNelson.margin(this.selection!, tried.costs, other.costs)
    if (by !== 0 || margin > 0) return by > margin
    // Just as dear: the first one in the order of the bounds stays.
    return tried.holds && this.left.indexOf(tried) > this.left.indexOf(other)
  }
}

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
 * is known to be dearer than one that meets them all; the others get more seeds.
 */
export const search = Effect.fnUntraced(function* (
  spec: RehearsalSpec,
  input: SearchInput,
  onProgress: OnProgress = () => {}
) {
  const all = input.candidates.map((setting) => new Tried(setting, input.slos))
  const field = new Field(all)
  const { give, modes, progress } = yield* runner(spec, input, (runs, requests) =>
    onProgress(runs, field.inQuestion.length, requests)
  )
  for (let seeds = firstSeeds, looks = 0; looks < looksMost && !field.isSettled; looks++) {
    const needed = field.inQuestion.reduce((sum, tried) => sum + seeds - tried.seeds, 0) * modes.length
    if (progress.runs + needed > input.runsMost) break
    yield* give(field.inQuestion, seeds)
    field.look()
    seeds = Math.ceil(seeds * growth)
  }
  const isSettled = field.isSettled
  const holding = field.inQuestion.filter(({ holds }) => holds)
  const cheapest = holding.reduce<Tried | null>((a, b) => (a !== null && a.meanCost <= b.meanCost ? a : b), null)
  return { all, cheapest, give, isSettled, progress }
})

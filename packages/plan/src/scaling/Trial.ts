import * as SeedRuns from "@ebb/sim/experiment/SeedRuns"
import type { Task } from "@ebb/sim/jobs/Task"
import type { RunMeasures } from "@ebb/sim/measure/RunMeasures"
import type { Mode, RehearsalSpec } from "@ebb/sim/spec/Spec"
import { specOfSeed } from "@ebb/sim/spec/SpecOfSeed"
import { Effect } from "effect"
import * as Candidates from "./Candidates.ts"
import * as Slo from "./Slo.ts"

/** One candidate under one seed. */
export interface TrialInput {
  readonly setting: Candidates.Setting
  readonly slos: ReadonlyArray<Slo.Slo>
  readonly modes: ReadonlyArray<Mode>
  readonly seed: number
}

export interface TrialOutput {
  readonly costPerHour: number
  /** Of each SLO. */
  readonly values: ReadonlyArray<number | null>
  /** Why the run proves nothing about an SLO; null where it does. */
  readonly flaws: ReadonlyArray<string | null>
  readonly requests: number
}

const hourMs = 3_600_000

/** Money for an hour, from the rollout to the end of the run; billed GPU-seconds where the machine type has no price. */
const costPerHour = (spec: RehearsalSpec, seed: number, { cost, runnerSeconds }: RunMeasures): number => {
  const { rollouts, run } = specOfSeed(spec, seed).spec
  const fromMs = rollouts.length === 0 ? run.warmupMs : Math.min(...rollouts.map(({ atMs }) => atMs))
  const amount = cost.amount ?? runnerSeconds.billable * spec.app.revision.gpus
  return (amount * hourMs) / (run.forMs - fromMs)
}

/** The runs of a candidate under one seed: one for each mode that an SLO is about; the first of them is paid for. */
export const task: Task<TrialInput, TrialOutput> = {
  name: "a scaling",
  run: Effect.fnUntraced(function* (given, { modes, seed, setting, slos }, tell) {
    const spec = Candidates.apply(given, setting)
    const runs = yield* SeedRuns.task.run({ ...spec, run: { ...spec.run, modes } }, seed, tell)
    const of = (slo: Slo.Slo): RunMeasures => runs[modes.indexOf(slo.mode)]!
    return {
      costPerHour: costPerHour(spec, seed, runs[0]!),
      values: slos.map((slo) => Slo.valueIn(slo, of(slo))),
      flaws: slos.map((slo) => Slo.flawIn(slo, of(slo))),
      requests: runs.reduce((sum, { requests }) => sum + requests.accepted, 0)
    }
  })
}

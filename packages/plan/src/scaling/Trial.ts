import * as Breath from "@ebb/sim/experiment/Breath"
import { Simulation } from "@ebb/sim/experiment/Simulation"
import type { Task, Tell } from "@ebb/sim/jobs/Task"
import type { RunMeasures } from "@ebb/sim/measure/RunMeasures"
import type { Mode, RehearsalSpec } from "@ebb/sim/spec/Spec"
import { specOfSeed } from "@ebb/sim/spec/SpecOfSeed"
import { Effect } from "effect"
import * as Candidates from "./Candidates.ts"
import * as CostUnit from "./CostUnit.ts"
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
  readonly met: Slo.Met
  readonly requests: number
}

const hourMs = 3_600_000

/** What an hour costs, from the rollout to the end of the run. */
const costPerHour = (spec: RehearsalSpec, seed: number, measured: RunMeasures): number => {
  const { rollouts, run } = specOfSeed(spec, seed).spec
  const fromMs = rollouts.length === 0 ? run.warmupMs : Math.min(...rollouts.map(({ atMs }) => atMs))
  return (CostUnit.amountIn(spec, measured) * hourMs) / (run.forMs - fromMs)
}

/** A run of each mode, which share what comes before the rollout. A short one is not interrupted: there are thousands of them. */
const runs = Effect.fnUntraced(function* (spec: RehearsalSpec, modes: ReadonlyArray<Mode>, seed: number, tell: Tell) {
  const { advance } = yield* Breath.make
  const first = new Simulation(spec, modes[0]!, seed)
  const advanceTo = (simulation: Simulation, untilMs: number) =>
    advance(simulation, untilMs, () => tell(0, simulation.requests))
  if (modes.length > 1) yield* advanceTo(first, Math.min(first.rolloutAtMs, spec.run.forMs))
  const all = [first, ...modes.slice(1).map((mode) => first.fork(mode))]
  for (const simulation of all) yield* advanceTo(simulation, spec.run.forMs)
  return all.map((simulation) => simulation.run())
})

/** The same seed without a rollout, which is run for that if no SLO is about it. */
const withoutRollout = (
  spec: RehearsalSpec,
  { modes, seed }: TrialInput,
  measured: ReadonlyArray<RunMeasures>,
  tell: Tell
): Effect.Effect<RunMeasures> => {
  const found = measured[modes.indexOf("none")]
  return found === undefined ? Effect.map(runs(spec, ["none"], seed, tell), ([none]) => none!) : Effect.succeed(found)
}

/** A candidate under one seed: the first mode that an SLO is about is paid for. */
export const task: Task<TrialInput, TrialOutput> = {
  name: "a scaling",
  run: Effect.fnUntraced(function* (given, input, tell) {
    const { modes, seed, setting, slos } = input
    const spec = Candidates.apply(given, setting)
    const measured = yield* runs(spec, modes, seed, tell)
    const of = (slo: Slo.Slo): RunMeasures => measured[modes.indexOf(slo.mode)]!
    const mayMissSome = slos.some((slo) => Slo.mayMissSome(slo, of(slo)))
    const none = mayMissSome ? yield* withoutRollout(spec, input, measured, tell) : null
    return {
      costPerHour: costPerHour(spec, seed, measured[0]!),
      values: slos.map((slo) => Slo.valueIn(slo, of(slo))),
      flaws: slos.map((slo) => Slo.flawIn(slo, of(slo), none)),
      met: Slo.metIn(spec, modes, measured),
      requests: measured.reduce((sum, { requests }) => sum + requests.accepted, 0)
    }
  })
}

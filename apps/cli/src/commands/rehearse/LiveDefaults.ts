import * as Simulation from "@ebb/sim/experiment/Simulation"
import type { RehearsalSpec } from "@ebb/sim/spec/Spec"
import { fromMs } from "@ebb/text/Duration"
import type { Override } from "../../spec/SpecFile.ts"
import type { Given } from "./RehearseOptions.ts"

const minuteMs = 60_000
const stepMs = 30_000
const margin = 1.25

/** Whether the command line sets this part of the spec itself. */
const isSet = ({ set }: Given, ...paths: ReadonlyArray<string>): boolean =>
  set.some((assignment) => paths.some((path) => assignment.startsWith(path)))

/** How long the slowest mode needs from the rollout on until its slots are back, by one run in virtual time. */
const neededMs = (spec: RehearsalSpec): number => {
  const { modes, seed, windowMs } = spec.run
  const needed = modes
    .filter((mode) => mode !== "none")
    .map((mode) => Simulation.run(spec, mode, seed).capacity.recoveryMs ?? windowMs)
  return Math.max(0, ...needed)
}

/** The rollout as soon as the app is warm, and the end as soon as every mode has recovered, rounded up to half a minute. */
const shortened = (spec: RehearsalSpec): ReadonlyArray<Override> => {
  const [first, ...others] = spec.rollouts
  if (first === undefined || others.length > 0) return []
  // Faults that are planned come as long before the rollout as they did.
  const plannedMs = Math.min(first.atMs, ...spec.faults.plan.map(({ atMs }) => atMs))
  const earlierMs = Math.max(0, plannedMs - Math.max(spec.run.warmupMs, minuteMs))
  const atMs = first.atMs - earlierMs
  const forMs = atMs + Math.ceil((neededMs(spec) * margin + minuteMs) / stepMs) * stepMs
  if (forMs >= spec.run.forMs) return []
  return [
    override("rollouts.0.at", fromMs(atMs)),
    override("run.for", fromMs(forMs)),
    ...spec.faults.plan.map((fault, index) => override(`faults.plan.${index}.at`, fromMs(fault.atMs - earlierMs)))
  ]
}

const override = (path: string, value: string): Override => ({ assignment: `${path}=${value}`, typed: "--live" })

/** What `--live` changes of a spec unless the command line says otherwise: real time is to take minutes, not hours. */
export const overrides = (spec: RehearsalSpec, given: Given): ReadonlyArray<Override> => [
  ...(given.seeds !== undefined || isSet(given, "run.seeds") ? [] : [override("run.seeds", "1")]),
  ...(given.for !== undefined || isSet(given, "run.for", "run.warmup", "rollouts") ? [] : shortened(spec))
]

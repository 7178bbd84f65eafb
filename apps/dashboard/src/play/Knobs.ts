import type { RehearsalSpec } from "@ebb/sim/spec/Spec"
import { Schema } from "effect"
import { parseDocument } from "yaml"
import * as ScaledValues from "./ScaledValues.ts"

const { Finite, optionalKey, Struct } = Schema

/** What is turned away from the spec as it was given; what is left out stays as it is there. */
export const Knobs = Struct({
  /** Times the traffic that the spec has. */
  load: optionalKey(Finite),
  graceSeconds: optionalKey(Finite),
  /** Times the set-up and image pull that the spec has. */
  coldStart: optionalKey(Finite),
  multiplexing: optionalKey(Finite),
  /** The moment of the first rollout, in seconds from the start of the run. */
  rolloutSeconds: optionalKey(Finite),
  seed: optionalKey(Finite),
  seeds: optionalKey(Finite)
})
export type Knobs = typeof Knobs.Type

type Path = ReadonlyArray<string | number>
type Edit = readonly [path: Path, value: unknown]
type Text = RehearsalSpec["text"]

const sourceEdits = (arrivals: object, at: Path, factor: number): ReadonlyArray<Edit> => {
  const edits: Array<Edit> = []
  const visit = (value: object, path: Path): void => {
    for (const [key, inner] of Object.entries(value)) {
      if (typeof inner === "string" && ScaledValues.perSecond(inner) > 0) {
        edits.push([[...path, key], ScaledValues.rate(inner, factor)])
      } else if (typeof inner === "object" && inner !== null) visit(inner, [...path, key])
    }
  }
  visit(arrivals, at)
  return edits
}

const loadEdits = ({ traffic = [] }: Text, factor: number): ReadonlyArray<Edit> =>
  traffic.flatMap(({ arrivals }, index) => sourceEdits(arrivals, ["traffic", index, "arrivals"], factor))

/** Whether any traffic has a rate to turn: a trace brings its own times. */
export const canTurnLoad = (text: Text): boolean => loadEdits(text, 1).length > 0

const defaultSetup = "8s"

const coldStartEdits = ({ runner = {} }: Text, factor: number): ReadonlyArray<Edit> => {
  const setup: Edit = [["runner", "setup"], ScaledValues.times(runner.setup ?? defaultSetup, factor)]
  const pull = runner.docker_pull
  if (pull === undefined) return [setup]
  const isTimed = typeof pull === "object" && "time" in pull
  const path = ["runner", "docker_pull", ...(isTimed ? ["time"] : [])]
  return [setup, [path, ScaledValues.times(isTimed ? pull.time : pull, factor)]]
}

/** The set-up that is typical of the spec in milliseconds; null where its times are in a file. */
export const typicalSetupMs = ({ runner = {} }: Text): number | null =>
  ScaledValues.typicalMs(runner.setup ?? defaultSetup)

/** Requests per second when all sources with a rate are on; a daily one counts at its peak. */
export const ratePerSecond = ({ traffic = [] }: Text): number =>
  traffic.reduce((sum, { arrivals }) => {
    if ("poisson" in arrivals) return sum + ScaledValues.perSecond(arrivals.poisson)
    if ("bursts" in arrivals) return sum + ScaledValues.perSecond(arrivals.bursts.rate)
    return "daily" in arrivals ? sum + ScaledValues.perSecond(arrivals.daily.high) : sum
  }, 0)

const editsOf = (text: Text, knobs: Knobs): ReadonlyArray<Edit> => {
  const { coldStart, graceSeconds, load, multiplexing, rolloutSeconds, seed, seeds } = knobs
  return [
    ...(load === undefined ? [] : loadEdits(text, load)),
    ...(coldStart === undefined ? [] : coldStartEdits(text, coldStart)),
    ...one(["app", "termination_grace_period"], graceSeconds, (value) => `${value}s`),
    ...one(["app", "max_multiplexing"], multiplexing),
    ...one(["rollouts", 0, "at"], rolloutSeconds, (value) => `${value}s`),
    ...one(["run", "seed"], seed),
    ...one(["run", "seeds"], seeds)
  ]
}

const one = (
  path: Path,
  value: number | undefined,
  write: (value: number) => unknown = (same) => same
): ReadonlyArray<Edit> => (value === undefined ? [] : [[path, write(value)]])

/** The text of the spec with the knobs turned, comments kept; `given` is that text decoded. */
export const apply = (text: string, given: Text, knobs: Knobs): string => {
  const edits = editsOf(given, knobs)
  if (edits.length === 0) return text
  const document = parseDocument(text)
  for (const [path, value] of edits) {
    if (path[0] === "rollouts" && !document.hasIn(["rollouts"])) document.setIn(["rollouts"], document.createNode([{}]))
    document.setIn(path, typeof value === "object" ? document.createNode(value, { flow: true }) : value)
  }
  return document.toString({ lineWidth: 120, flowCollectionPadding: true })
}

import { settings as table } from "@ebb/core/domain/Settings"
import * as Bounds from "@ebb/plan/scaling/Bounds"
import * as Scaling from "@ebb/plan/scaling/Scaling"
import type { ScalingError } from "@ebb/plan/scaling/ScalingError"
import * as Slo from "@ebb/plan/scaling/Slo"
import type { RehearsalSpec } from "@ebb/sim/spec/Spec"
import * as Format from "@ebb/text/Format"
import { Effect, type Result } from "effect"
import { InvalidInput } from "../../kit/Errors.ts"
import type { Progress } from "../../kit/Progress.ts"
import { type Asked, type Answer, type Part, unanswered } from "./Part.ts"
import * as ScalingText from "./ScalingText.ts"

const invalid = (because: ScalingError): InvalidInput => new InvalidInput({ text: because.message, because })

const understood = <A>(result: Result.Result<A, ScalingError>): Effect.Effect<A, InvalidInput> =>
  Effect.mapError(Effect.fromResult(result), invalid)

/** Those of the command line, else those of the spec. */
const slosOf = ({ given, spec }: Asked): ReadonlyArray<Result.Result<Slo.Slo, ScalingError>> => {
  if (given.slo.length > 0) return given.slo.map((text) => Slo.parse(text))
  return (spec.text.plan?.slo ?? []).map((text, at) => Slo.parse(text, `plan.slo[${at}]: ${text}`))
}

/** Those of the command line, else those of the spec, else up to twice as many runners as today. */
const boundsOf = ({ given, spec }: Asked): ReadonlyArray<Result.Result<Bounds.Bound, ScalingError>> => {
  if (given.let.length > 0) return given.let.map(Bounds.parseLet)
  const own = Object.entries(spec.text.plan?.let ?? {})
  return own.length > 0
    ? own.map(([path, values]) => Bounds.parse(path, String(values), `plan.let.${path}`))
    : [Bounds.parseLet(`${Bounds.pathOf("maxConcurrency")}=${defaultRange(spec)}`)]
}

const defaultRange = ({ app }: RehearsalSpec): string => {
  const { maxConcurrency, minConcurrency } = app.scaling
  const low = Math.max(1, minConcurrency)
  return `${low}..${Math.max(low, Math.min(table.maxConcurrency.most, 2 * maxConcurrency))}`
}

const twice = (bounds: ReadonlyArray<Bounds.Bound>): Effect.Effect<void, InvalidInput> => {
  const path = bounds.map((bound) => bound.path).find((each, at, all) => all.indexOf(each) !== at)
  if (path === undefined) return Effect.void
  return Effect.fail(
    new InvalidInput({ text: `--let: ${path} is given twice; write one list, such as ${path}=1,2,4..8` })
  )
}

/** Whether the scaling is asked for: it alone, or by an option of its own. */
const isAskedFor = ({ let: bounds, runs, slo, words }: Asked["given"]): boolean =>
  words[0] === part.name || bounds.length > 0 || runs !== undefined || slo.length > 0

const noSlo = 'What must hold? Name it, such as --slo "replace.latencyMs.during.p99 < 10s", or as plan.slo in the spec'

/** Why nothing can be known of an SLO about a mode that rolls out; null where something rolls out, or none is about such a mode. */
const noRollout = ({ rollouts }: RehearsalSpec, slos: ReadonlyArray<Slo.Slo>): string | null => {
  const untold = slos.filter(({ mode }) => mode !== "none").map(({ text }) => text)
  if (rollouts.length > 0 || untold.length === 0) return null
  const what = `The spec has no rollout, so nothing can be known of ${untold.join(", nor of ")}`
  return `${what}: add one, such as rollouts: [ { at: 20m } ], or let the SLOs be about none, the mode without a rollout`
}

const unasked: Answer = { json: null, said: ScalingText.unasked(), details: () => [], set: [], exit: 0 }

const run = Effect.fnUntraced(function* (spec: RehearsalSpec, settings: Scaling.ScalingSettings, progress: Progress) {
  const onProgress = (runs: number, left: number, requests: number): void =>
    progress.say(
      `${Format.counted(left, "candidate")} left after ${Format.counted(runs, "run")}, ${Format.many(requests)} requests`
    )
  const scaling = yield* Effect.catchTag(Scaling.plan(spec, settings, onProgress), "ScalingError", invalid)
  const { chosen, today } = scaling
  const changed =
    chosen === null ? [] : Object.entries(chosen.settings).filter(([path, to]) => today.settings[path] !== to)
  return {
    json: scaling,
    said: ScalingText.said(scaling),
    details: (terminal, width) => ScalingText.details(scaling, terminal, width),
    set: changed.map(([path, to]) => `${path}=${to}`),
    exit: chosen !== null && ScalingText.isAllKept(chosen) ? 0 : 1
  } satisfies Answer
})

const prepare = Effect.fnUntraced(function* (asked: Asked) {
  const { given, spec } = asked
  const read = slosOf(asked)
  if (read.length === 0) {
    if (isAskedFor(given)) return yield* new InvalidInput({ text: noSlo })
    return () => Effect.succeed(unasked)
  }
  const slos = yield* Effect.forEach(read, understood)
  const bounds = yield* Effect.forEach(boundsOf(asked), understood)
  yield* twice(bounds)
  const untold = noRollout(spec, slos)
  if (untold !== null && isAskedFor(given)) return yield* new InvalidInput({ text: untold })
  const settings = { bounds, slos, runsMost: given.runs ?? Scaling.runsDefault }
  yield* Effect.mapError(Scaling.candidatesOf(spec, settings), invalid)
  // What had to hold is not known to hold.
  if (untold !== null) return () => Effect.succeed(unanswered(`${untold}.`, 1))
  return (progress: Progress) => run(spec, settings, progress)
})

/** With what scaling. */
export const part: Part<"scaling"> = { name: "scaling", title: "Scaling", prepare }

import { type Way, wayOf } from "@ebb/core/domain/RolloutWay"
import * as Steps from "@ebb/plan/when/Steps"
import * as When from "@ebb/plan/when/When"
import type { RehearsalSpec } from "@ebb/sim/spec/Spec"
import { fromMs } from "@ebb/text/Duration"
import { Effect } from "effect"
import { InvalidInput } from "../../kit/Errors.ts"
import type { Progress } from "../../kit/Progress.ts"
import * as SpecFile from "../../spec/SpecFile.ts"
import type { Asked, Answer, Part } from "./Part.ts"
import * as WhenText from "./WhenText.ts"

const dayMs = 24 * 3_600_000

/** The way in which the spec itself would roll out. */
const ownMode = ({ app, rollouts }: RehearsalSpec): Way => rollouts[0]?.mode ?? wayOf(app.revision.rolloutOrder)

const noTime = ({ name }: Asked["source"]): InvalidInput =>
  new InvalidInput({
    text: `${name}: the traffic ends before the first quarter of an hour after the warm-up, so there is nothing to choose from`
  })

const run = Effect.fnUntraced(function* (
  day: RehearsalSpec,
  settings: When.WhenSettings,
  source: Asked["source"],
  progress: Progress
) {
  const when = yield* When.plan(day, settings, progress.report)
  if (when === null) return yield* noTime(source)
  return {
    json: when,
    said: WhenText.said(when),
    details: (terminal, width) => WhenText.details(when, terminal, width),
    set: [],
    exit: 0
  } satisfies Answer
})

const prepare = Effect.fnUntraced(function* ({ given, overrides, source, spec }: Asked) {
  const overMs = given.over ?? dayMs
  // A trace is read as far as the run goes.
  const long = { assignment: `run.for=${fromMs(Steps.runMsFor(spec, overMs))}`, typed: "--over" }
  const day = yield* SpecFile.decode(source, [...overrides, long])
  if (Steps.of(day, overMs).length === 0) return yield* noTime(source)
  return (progress: Progress) => run(day, { mode: given.mode ?? ownMode(spec), overMs }, source, progress)
})

/** When to roll out. */
export const part: Part<"when"> = { name: "when", title: "When", prepare }
